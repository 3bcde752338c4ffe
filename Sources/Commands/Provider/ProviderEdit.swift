import ArgumentParser
import Conversation
import Foundation
import Providers
import Store

/// Changes a provider.
struct ProviderEdit: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Change a provider",
    discussion: HelpText.make(
      "Only what is named changes. `--protocol` says which endpoint `--base-url` and `--auth` mean, and adds one that is "
        + "not there yet. `--set` changes quirks, `http2` and the time-outs `timeouts.connect`, `timeouts.firstByte` and "
        + "`timeouts.idle` in seconds; an empty value takes a time-out back.",
      examples: [
        ("Another URL", "aor provider edit main --base-url https://new.example.com/v1"),
        (
          "A second protocol",
          "aor provider edit main --protocol anthropic --base-url https://llm.example.com/anthropic"
        ),
        ("Another name; routes follow", "aor provider edit main --name lab"),
        ("A quirk", "aor provider edit main --set developerRole=false --set timeouts.idle=600"),
      ]))

  @Argument(help: "The provider", completion: CompletionValues.providers) var provider: String
  @Option(name: .customLong("name"), help: "A new name") var newName: String?
  @OptionGroup var endpoint: EndpointOptions
  @Option(name: .customLong("remove-protocol"), help: ArgumentHelp("Forget this endpoint", valueName: "protocol"))
  var removed: DialectID?
  @Option(name: .customLong("models"), help: ArgumentHelp("The whole list (a,b)", valueName: "models")) var models:
    String?
  @OptionGroup var network: ProxyOptions
  @Option(name: .customLong("set"), help: ArgumentHelp("Change a quirk or a time-out", valueName: "name=value"))
  var changes: [String] = []
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    let isNothing =
      newName == nil && endpoint.dialect == nil && endpoint.baseURL == nil && endpoint.auth == nil && removed == nil
      && models == nil && !network.isGiven && changes.isEmpty
    if isNothing {
      throw UserFacingError.usage("nothing to change is named", hints: [.run("aor provider edit --help")])
    }
  }

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let name = try store.providers.require(provider).name
    let proxy = try network.value(in: context)
    let edited = try store.providers.edit(name) { provider in
      try changeEndpoints(of: &provider)
      if let newName { provider.name = newName }
      if let models { provider.models = ListOption.split(models) }
      if let proxy { provider.networkProxy = proxy.isEmpty ? nil : proxy }
      for change in changes { try ProviderChange(parsing: change).apply(to: &provider) }
    }
    try context.configurationChanged()
    context.done("changed provider `\(edited.name)`")
  }

  private func changeEndpoints(of provider: inout Provider) throws {
    if let removed {
      provider.endpoints.removeAll { $0.dialect == removed }
      guard !provider.endpoints.isEmpty else {
        throw UserFacingError("the last endpoint of `\(provider.name)` cannot be removed")
      }
    }
    guard endpoint.dialect != nil || endpoint.baseURL != nil || endpoint.auth != nil else { return }
    let url = try endpoint.baseURL.map { try EndpointURL($0) }
    guard
      let dialect = endpoint.dialect ?? (provider.endpoints.count == 1 ? provider.endpoints.first?.dialect : url?.guess)
    else {
      throw UserFacingError.usage(
        "`\(provider.name)` speaks several protocols",
        hints: [
          .text("say which one with `--protocol \(provider.endpoints.map(\.dialect.rawValue).joined(separator: "|"))`")
        ])
    }
    if let index = provider.endpoints.firstIndex(where: { $0.dialect == dialect }) {
      if let url { provider.endpoints[index].baseURL = url.normalised(for: dialect) }
      if let auth = endpoint.auth?.value { provider.endpoints[index].authentication = auth }
    } else if let url {
      provider.endpoints.append(endpoint.endpoint(dialect, url: url))
    } else {
      throw UserFacingError.usage(
        "`\(provider.name)` does not speak \(dialect.rawValue) yet: adding it needs `--base-url`")
    }
  }
}

/// One `name=value` of `--set`.
struct ProviderChange {
  private let name: String
  private let value: String

  init(parsing text: String) throws {
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
      throw UserFacingError.usage("`--set` takes `name=value`: \(text)")
    }
    name = String(text[..<sign])
    value = String(text[text.index(after: sign)...])
  }

  func apply(to provider: inout Provider) throws {
    switch name {
    case "timeouts.connect": provider.timeouts.connect = try seconds()
    case "timeouts.firstByte": provider.timeouts.firstByte = try seconds()
    case "timeouts.idle": provider.timeouts.idle = try seconds()
    case "http2":
      guard let flag = ["true": true, "on": true, "false": false, "off": false][value.lowercased()] else {
        throw UserFacingError.usage("`http2` takes `true` or `false`: \(value)")
      }
      provider.http2 = flag
    default: try QuirkSettings.set(name, value, in: &provider.quirks)
    }
  }

  private func seconds() throws -> Double? {
    if value.isEmpty { return nil }
    guard let seconds = Double(value), seconds > 0, seconds <= 86_400 else {
      throw UserFacingError.usage("`\(name)` takes seconds above 0, at most 86400: \(value)")
    }
    return seconds
  }
}
