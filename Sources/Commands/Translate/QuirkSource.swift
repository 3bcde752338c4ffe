import Conversation
import Providers
import Store

/// Whose departures from the protocol count.
enum QuirkSource: Sendable {
  /// Nobody's: the protocol as documented.
  case plain
  case provider(Provider)
  case preset(ProviderPreset)

  /// The provider or preset of that name, in this order.
  ///
  /// - Throws: `UserFacingError` where there is neither.
  init(named name: String, in context: CommandContext) throws {
    let providers = try context.store().providers
    if let provider = try providers.find(name) {
      self = .provider(provider)
    } else if let preset = ProviderCatalog.preset(named: name.lowercased()) {
      self = .preset(preset)
    } else {
      let known = try providers.list().map(\.name) + ProviderCatalog.all.map(\.name)
      let near = Suggestion.near(name, in: known)
      throw UserFacingError(
        "there is no provider and no preset `\(name)`",
        hints: near.isEmpty ? [.run("aor provider presets")] : [.didYouMean(near)])
    }
  }

  /// The name to tell users.
  var name: String {
    switch self {
    case .plain: ""
    case .provider(let provider): provider.name
    case .preset(let preset): preset.name
    }
  }

  /// The protocols spoken; nil for any.
  var dialects: [DialectID]? {
    switch self {
    case .plain: nil
    case .provider(let provider): provider.endpoints.map(\.dialect)
    case .preset(let preset): preset.endpoints.map(\.dialect)
    }
  }

  func quirks(forModel model: String) -> Quirks {
    switch self {
    case .plain: Quirks()
    case .provider(let provider): provider.quirks(forModel: model)
    case .preset(let preset): preset.quirks(forModel: model)
    }
  }
}
