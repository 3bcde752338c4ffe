import Providers
import Testing

@Suite struct PriceTests {
  @Test(arguments: [
    (Price(3, 15, cacheRead: 0.3, cacheWrite: 3.75), 1_000_000, 0, 0, 0, 3.0),
    (Price(3, 15, cacheRead: 0.3, cacheWrite: 3.75), 0, 1_000_000, 0, 0, 0.3),
    (Price(3, 15, cacheRead: 0.3, cacheWrite: 3.75), 0, 0, 1_000_000, 0, 3.75),
    (Price(3, 15, cacheRead: 0.3, cacheWrite: 3.75), 0, 0, 0, 1_000_000, 15.0),
    (Price(2, 10), 1000, 1000, 1000, 1000, 0.016), (Price(2, 10), -5, -5, -5, -5, 0.0),
  ])
  func costs(price: Price, input: Int, read: Int, write: Int, output: Int, dollars: Double) {
    #expect(abs(price.cost(input: input, cacheRead: read, cacheWrite: write, output: output) - dollars) < 1e-9)
  }

  @Test(arguments: [
    ("claude-opus-4-5", 5.0), ("claude-opus-4-5-20251101", 5.0), ("claude-opus-4-1-20250805", 15.0),
    ("claude-sonnet-5-5", 2.0), ("CLAUDE-SONNET-5", 2.0),
  ])
  func findsAPriceAlsoByADatedName(model: String, input: Double) throws {
    #expect(try #require(ProviderCatalog.preset(named: "anthropic")).price(ofModel: model)?.input == input)
  }

  @Test func openAIsDatesHaveDashes() throws {
    let preset = try #require(ProviderCatalog.preset(named: "openai"))
    #expect(preset.price(ofModel: "gpt-5.4-2026-03-05") == preset.price(ofModel: "gpt-5.4"))
    #expect(preset.price(ofModel: "gpt-5.4") != nil)
    #expect(preset.price(ofModel: "gpt-5.4-mini") != preset.price(ofModel: "gpt-5.4"))
  }

  @Test(arguments: ["gpt-99", "gpt-5.4-20ab-cd-ef", "", "-20250101"])
  func anUnknownModelHasNoPrice(model: String) throws {
    #expect(try #require(ProviderCatalog.preset(named: "openai")).price(ofModel: model) == nil)
  }

  @Test func theMoreParticularPatternGivesThePrice() throws {
    var preset = try #require(ProviderCatalog.preset(named: "minimax"))
    preset.prices = [ModelPrice("MiniMax-*", 0.3, 1.2), ModelPrice("MiniMax-*-highspeed", 0.6, 2.4)]
    #expect(preset.price(ofModel: "MiniMax-M2.5-highspeed")?.input == 0.6)
    #expect(preset.price(ofModel: "MiniMax-M2.5")?.input == 0.3)
  }
}
