import Conversation
import Providers
import Testing

@Suite struct RequestSigningTests {
  private func sent(
    _ endpoint: Endpoint, token: String? = "K", client: (name: String, value: String)? = nil, version: String? = nil
  ) -> [String] {
    endpoint.headers(token: token, clientCredential: client, anthropicVersion: version)
      .map { "\($0.name): \($0.value)" }
  }

  @Test func eachProtocolAsItsVendorDocuments() {
    #expect(sent(Endpoint(.openAIChat, "https://a.example")) == ["authorization: Bearer K"])
    #expect(sent(Endpoint(.openAIResponses, "https://a.example")) == ["authorization: Bearer K"])
    #expect(sent(Endpoint(.gemini, "https://a.example")) == ["x-goog-api-key: K"])
    #expect(sent(Endpoint(.anthropic, "https://a.example")) == ["x-api-key: K", "anthropic-version: 2023-06-01"])
  }

  @Test func oneCredentialHeaderOnly() {
    #expect(
      sent(Endpoint(.anthropic, "https://a.example", authentication: .bearer))
        == ["authorization: Bearer K", "anthropic-version: 2023-06-01"])
    #expect(sent(Endpoint(.openAIChat, "https://a.example", authentication: .header("Api-Key"))) == ["api-key: K"])
  }

  @Test func theClientsVersionIsKept() {
    #expect(
      sent(Endpoint(.anthropic, "https://a.example"), version: "2024-01-01").last == "anthropic-version: 2024-01-01")
  }

  @Test func nothingToSend() {
    #expect(sent(Endpoint(.openAIChat, "http://127.0.0.1:1", authentication: .none)).isEmpty)
    #expect(sent(Endpoint(.openAIChat, "https://a.example"), token: nil).isEmpty)
    #expect(sent(Endpoint(.openAIChat, "https://a.example"), token: "").isEmpty)
  }

  @Test func theClientsCredentialGoesOutAsItCameAndOverHTTPSOnly() {
    let client = (name: "authorization", value: "Bearer theirs")
    let secure = Endpoint(.anthropic, "https://a.example", authentication: .client)
    #expect(sent(secure, client: client) == ["authorization: Bearer theirs", "anthropic-version: 2023-06-01"])
    #expect(sent(secure, client: nil) == ["anthropic-version: 2023-06-01"])
    let plain = Endpoint(.openAIChat, "http://a.example", authentication: .client)
    #expect(sent(plain, client: client).isEmpty)
    // An account's provider never sees it.
    #expect(sent(Endpoint(.openAIChat, "https://a.example"), client: client) == ["authorization: Bearer K"])
  }
}
