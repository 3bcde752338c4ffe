import ArgumentParser
import Foundation

/// A command as ArgumentParser describes it: the one source of help, man pages, completions and the reference.
struct CommandDescription: Decodable {
  var commandName: String
  var aliases: [String]
  var abstract: String
  var discussion: String
  var shouldDisplay: Bool
  var subcommands: [CommandDescription]
  var arguments: [Argument]

  /// A positional, an option or a flag.
  struct Argument: Decodable {
    enum Kind: String, Decodable { case positional, option, flag }

    struct Name: Decodable {
      enum Kind: String, Decodable { case long, short, longWithSingleDash }
      var kind: Kind
      var name: String
      /// With its dashes.
      var spelled: String { (kind == .long ? "--" : "-") + name }
    }

    var kind: Kind
    var shouldDisplay: Bool
    var sectionTitle: String?
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var allValues: [String]?
    var abstract: String?
  }

  private enum CodingKeys: String, CodingKey {
    case commandName, aliases, abstract, discussion, shouldDisplay, subcommands, arguments
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    commandName = try values.decode(String.self, forKey: .commandName)
    aliases = try values.decodeIfPresent([String].self, forKey: .aliases) ?? []
    abstract = try values.decodeIfPresent(String.self, forKey: .abstract) ?? ""
    discussion = try values.decodeIfPresent(String.self, forKey: .discussion) ?? ""
    shouldDisplay = try values.decodeIfPresent(Bool.self, forKey: .shouldDisplay) ?? true
    subcommands = try values.decodeIfPresent([CommandDescription].self, forKey: .subcommands) ?? []
    arguments = try values.decodeIfPresent([Argument].self, forKey: .arguments) ?? []
  }

  /// The description of a command or group.
  static func of(_ type: any ParsableCommand.Type) -> CommandDescription {
    struct Dump: Decodable { var command: CommandDescription }
    do {
      return try JSONDecoder().decode(Dump.self, from: Data(type._dumpHelp().utf8)).command
    } catch {
      preconditionFailure("ArgumentParser describes commands in a form this aor does not know: \(error)")
    }
  }
}

extension CommandDescription.Argument {
  /// How it stands in a usage line or a heading: `--preset <preset>`, `<name>`.
  var spelling: String {
    let value = "<\(valueName ?? "value")>"
    switch kind {
    case .positional: return value + (isRepeating ? " ..." : "")
    case .option: return spelledNames.map { $0 + (takesOptionalValue ? "[=\(value)]" : " \(value)") } ?? value
    case .flag: return spelledNames ?? value
    }
  }

  /// Short names first, as in `-q, --quiet`.
  private var spelledNames: String? {
    guard let names, !names.isEmpty else { return nil }
    return (names.filter { $0.kind != .long } + names.filter { $0.kind == .long }).map(\.spelled).joined(
      separator: ", ")
  }

  /// `--json` alone stands for all fields.
  private var takesOptionalValue: Bool { names?.contains { $0.name == "json" } == true }

  /// The help sentence with the values and the default that are worth telling.
  var explanation: String {
    var text = abstract ?? ""
    guard kind != .flag, !takesOptionalValue else { return text }
    let facts = [
      allValues.flatMap { $0.isEmpty ? nil : $0.joined(separator: ", ") },
      defaultValue.flatMap { $0.isEmpty ? nil : "default: \($0)" },
    ].compactMap { $0 }
    if !facts.isEmpty { text += " (\(facts.joined(separator: "; ")))" }
    return text
  }
}
