import Conversation
import Providers
import Testing

/// Providers of whom nothing is known but a URL.
@Suite struct UnknownVendorTests {
  private func provider(_ dialects: DialectID..., edit: (inout Quirks) -> Void = { _ in }) -> Provider {
    var provider = Provider(
      name: "box", endpoints: dialects.map { Endpoint($0, "http://127.0.0.1:8000/v1", authentication: .none) },
      quirks: UnknownVendor.quirks(speaking: dialects))
    edit(&provider.quirks)
    return provider
  }

  @Test func thePlainestServerIsAssumed() {
    let quirks = provider(.openAIChat).quirks(forModel: "qwen3-coder")
    #expect(!quirks.developerRole && !quirks.customTools)
    #expect(quirks.maxTokensField == .asSentOrMaxTokens)
    #expect(quirks.efforts == ["low", "medium", "high"])
  }

  @Test(arguments: ["gpt-5.2", "openai/gpt-6-luna"])
  func modelsOfOpenAIsLoseNothing(model: String) {
    let quirks = provider(.openAIChat).quirks(forModel: model)
    #expect(quirks.customTools && quirks.efforts.isEmpty)
    #expect(quirks.maxTokensField == .maxCompletionTokens)
  }

  @Test func whoSpeaksResponsesTakesItsTools() {
    let quirks = provider(.openAIResponses, .openAIChat).quirks(forModel: "m")
    #expect(quirks.customTools && quirks.efforts.isEmpty && !quirks.developerRole)
  }

  @Test func othersAreTakenAtTheirWord() {
    for dialect in [DialectID.anthropic, .gemini, .openAIResponses] {
      #expect(provider(dialect).quirks == Quirks())
    }
  }

  @Test func whatTheUserSetStands() {
    let quirks = provider(.openAIChat) { $0.maxTokensField = .maxTokens }.quirks(forModel: "gpt-5.2")
    #expect(quirks.maxTokensField == .maxTokens && quirks.customTools)
  }
}
