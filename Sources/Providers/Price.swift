/// What a model costs, in US dollars per million tokens.
public struct Price: Sendable, Hashable, Codable {
  /// Input that no cache covers.
  public var input: Double
  /// What is answered, reasoning included.
  public var output: Double
  /// Input read from the provider's cache; nil charges `input`.
  public var cacheRead: Double?
  /// Input written to the provider's cache; nil charges `input`.
  public var cacheWrite: Double?

  /// Makes a price.
  public init(_ input: Double, _ output: Double, cacheRead: Double? = nil, cacheWrite: Double? = nil) {
    self.input = input
    self.output = output
    self.cacheRead = cacheRead
    self.cacheWrite = cacheWrite
  }

  /// US dollars for one exchange.
  ///
  /// Input counts tokens that were neither read from nor written to a cache; output includes reasoning. Counts below
  /// zero count as none.
  public func cost(input: Int, cacheRead: Int = 0, cacheWrite: Int = 0, output: Int) -> Double {
    func part(_ tokens: Int, _ perMillion: Double) -> Double { Double(max(tokens, 0)) * perMillion / 1_000_000 }
    return part(input, self.input) + part(cacheRead, self.cacheRead ?? self.input)
      + part(cacheWrite, self.cacheWrite ?? self.input) + part(output, self.output)
  }
}

/// The price of the models a pattern covers.
public struct ModelPrice: Sendable, Hashable {
  /// Covers the whole model name; `*` and `?` as in routes.
  public var model: String
  /// What each of them costs.
  public var price: Price

  /// Makes an entry.
  public init(
    _ model: String, _ input: Double, _ output: Double, cacheRead: Double? = nil, cacheWrite: Double? = nil
  ) {
    self.model = model
    price = Price(input, output, cacheRead: cacheRead, cacheWrite: cacheWrite)
  }
}
