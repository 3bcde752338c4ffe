import Conversation

/// What is peculiar to some models of a provider.
public struct ModelQuirks: Sendable, Hashable {
  /// Covers the whole model name; `*` and `?` as in routes.
  public var pattern: String
  /// The flags that differ for them.
  public var settings: [Setting]

  /// Makes an entry.
  public init(_ pattern: String, _ settings: Setting...) {
    self.pattern = pattern
    self.settings = settings
  }

  /// One flag of `Quirks` and its value.
  public enum Setting: Sendable, Hashable {
    case maxTokensField(Quirks.MaxTokensField)
    case reasoningReplay(Quirks.ReasoningReplay)
    case reasoningSwitch(Quirks.ReasoningSwitch)
    case efforts([String])
    case thinkingStyle(Quirks.ThinkingStyle)
    case developerRole(Bool)
    case customTools(Bool)
    case imageInput(Bool)
    case jsonSchemaTools(Bool)
    case mixedTools(Bool)
    case functionResponseParts(Bool)
    case thinkingLevels(Bool)
    case defaultMaxTokens(Int)
    case maxOutputTokens(Int)
    case stripFields([String])
  }
}

extension ModelQuirks.Setting {
  /// Sets the flag in `result`, unless the provider's own value differs from the preset's: then the user has set it,
  /// and the user wins.
  func apply(to result: inout Quirks, own: Quirks, preset: Quirks) {
    func set<Value: Equatable>(_ flag: WritableKeyPath<Quirks, Value>, _ value: Value) {
      if own[keyPath: flag] == preset[keyPath: flag] { result[keyPath: flag] = value }
    }
    switch self {
    case .maxTokensField(let value): set(\.maxTokensField, value)
    case .reasoningReplay(let value): set(\.reasoningReplay, value)
    case .reasoningSwitch(let value): set(\.reasoningSwitch, value)
    case .efforts(let value): set(\.efforts, value)
    case .thinkingStyle(let value): set(\.thinkingStyle, value)
    case .developerRole(let value): set(\.developerRole, value)
    case .customTools(let value): set(\.customTools, value)
    case .imageInput(let value): set(\.imageInput, value)
    case .jsonSchemaTools(let value): set(\.jsonSchemaTools, value)
    case .mixedTools(let value): set(\.mixedTools, value)
    case .functionResponseParts(let value): set(\.functionResponseParts, value)
    case .thinkingLevels(let value): set(\.thinkingLevels, value)
    case .defaultMaxTokens(let value): set(\.defaultMaxTokens, value)
    case .maxOutputTokens(let value): set(\.maxOutputTokens, value)
    case .stripFields(let value): set(\.stripFields, value)
    }
  }
}

extension ProviderPreset {
  /// The preset's quirks for one model.
  public func quirks(forModel model: String) -> Quirks { adapt(quirks, toModel: model) }

  fileprivate func adapt(_ base: Quirks, toModel model: String) -> Quirks {
    modelQuirks.adapt(base, to: model, preset: quirks)
  }
}

extension [ModelQuirks] {
  /// The quirks for a model, where `base` is what the user left or made of `preset`.
  fileprivate func adapt(_ base: Quirks, to model: String, preset: Quirks) -> Quirks {
    var result = base
    for entry in self where ModelPattern(entry.pattern).matches(model, .whole) {
      for setting in entry.settings { setting.apply(to: &result, own: base, preset: preset) }
    }
    return result
  }
}

extension Provider {
  /// The provider's quirks for one model: its own, and what is known of the model where the user left them alone.
  ///
  /// A preset knows its models; without one, what OpenAI's need counts wherever they are.
  public func quirks(forModel model: String) -> Quirks {
    guard let preset, let known = ProviderCatalog.preset(named: preset) else {
      let start = UnknownVendor.quirks(speaking: endpoints.map(\.dialect))
      return UnknownVendor.modelQuirks.adapt(quirks, to: model, preset: start)
    }
    return known.adapt(quirks, toModel: model)
  }
}
