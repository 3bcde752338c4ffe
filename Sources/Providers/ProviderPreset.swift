import Conversation

/// A provider aor knows by name: where it listens, how it departs from its protocols, what it charges.
public struct ProviderPreset: Sendable, Hashable {
  /// The name users type (`--preset NAME`).
  public var name: String
  /// The name for people.
  public var displayName: String
  /// In order of preference; never empty.
  public var endpoints: [Endpoint]
  /// How it departs from its protocols.
  public var quirks: Quirks
  /// What is peculiar to some of its models only; later entries win.
  public var modelQuirks: [ModelQuirks]
  /// Models offered from the start; the provider's own list replaces them.
  public var models: [String]
  /// By model pattern, most literal characters first.
  public var prices: [ModelPrice]
  /// Where the prices come from; nil without prices.
  public var priceSource: Source?
  /// Where to get a key, or the program for a local one.
  public var website: String
  /// The name of the quota probe that fits, if any.
  public var quotaPreset: String?
  /// Runs on the user's own machine.
  public var isLocal: Bool
  /// The vendor's page of the entry, and when it was checked against it.
  public var source: Source

  /// Where a fact comes from.
  public struct Source: Sendable, Hashable {
    /// The page: the vendor's, or a file of its own repository.
    public var url: String
    /// When it was read, `YYYY-MM-DD`.
    public var date: String

    /// Makes a source.
    public init(_ url: String, date: String) {
      self.url = url
      self.date = date
    }
  }

  /// Makes a preset.
  public init(
    _ name: String, _ displayName: String, endpoints: [Endpoint], quirks: Quirks = Quirks(),
    modelQuirks: [ModelQuirks] = [], models: [String], prices: [ModelPrice] = [],
    priceSource: Source? = nil, website: String, quotaPreset: String? = nil, isLocal: Bool = false, source: Source
  ) {
    self.name = name
    self.displayName = displayName
    self.endpoints = endpoints
    self.quirks = quirks
    self.modelQuirks = modelQuirks
    self.models = models
    self.prices = prices
    self.priceSource = priceSource
    self.website = website
    self.quotaPreset = quotaPreset
    self.isLocal = isLocal
    self.source = source
  }

  /// Whether a request without a key is refused.
  public var needsKey: Bool { endpoints.contains { $0.authentication != .none } }

  /// Makes the provider a user adds from this preset.
  ///
  /// A local server that was started with a key gets it the way its protocol documents.
  public func makeProvider(named name: String? = nil, withKey: Bool) -> Provider {
    Provider(
      name: name ?? self.name, preset: self.name,
      endpoints: endpoints.map { endpoint in
        guard withKey, endpoint.authentication == .none else { return endpoint }
        return Endpoint(endpoint.dialect, endpoint.baseURL)
      },
      quirks: quirks, models: models, website: website)
  }

  /// The price of a model, where it is known.
  ///
  /// A dated name (`…-2026-04-01`, `…-20260401`) has its model's price.
  public func price(ofModel model: String) -> Price? {
    price(covering: model) ?? Self.undated(model).flatMap(price(covering:))
  }

  private func price(covering model: String) -> Price? {
    var best: (literals: Int, price: Price)?
    for entry in prices {
      let pattern = ModelPattern(entry.model)
      guard pattern.matches(model, .whole), pattern.literals > best?.literals ?? -1 else { continue }
      best = (pattern.literals, entry.price)
    }
    return best?.price
  }

  private static func undated(_ model: String) -> String? {
    let pattern = ModelPattern("*-20??????")
    let dashed = ModelPattern("*-20??-??-??")
    func digits(_ text: Substring) -> Bool { text.allSatisfy { $0.isNumber || $0 == "-" } }
    if dashed.matches(model, .whole), digits(model.suffix(10)) { return String(model.dropLast(11)) }
    if pattern.matches(model, .whole), digits(model.suffix(8)) { return String(model.dropLast(9)) }
    return nil
  }
}
