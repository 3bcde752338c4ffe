import ArgumentParser

/// Keeps `--json` from eating what follows it: `aor provider show --json openai` means the provider.
enum JSONOptionWords {
  /// Gives a bare `--json` its value when the next word cannot be a list of fields.
  static func fix(_ words: [String], for type: any ParsableCommand.Type) -> [String] {
    guard let command = type as? any AorCommand.Type, !command.jsonFields.isEmpty else { return words }
    guard let index = words.prefix(while: { $0 != "--" }).firstIndex(of: "--json") else { return words }
    let next = words.index(after: index)
    guard next < words.endIndex, !words[next].hasPrefix("-"), words[next] != "all" else { return words }
    let parts = words[next].split(separator: ",").map(String.init)
    if parts.contains(where: { command.jsonFields.contains($0) }) || !command.hasPositionals { return words }
    var fixed = words
    fixed[index] = "--json=all"
    return fixed
  }
}

extension AorCommand {
  /// Whether the command takes words that are no options.
  fileprivate static var hasPositionals: Bool {
    CommandDescription.of(Self.self).arguments.contains { $0.kind == .positional }
  }
}
