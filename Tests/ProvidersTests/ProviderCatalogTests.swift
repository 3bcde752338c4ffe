import Conversation
import Providers
import Testing

@Suite struct ProviderCatalogTests {
  static let endpoints = ProviderCatalog.all.flatMap { preset in preset.endpoints.map { (preset, $0) } }

  @Test func namesAreUniqueAndUsable() {
    let names = ProviderCatalog.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.count >= 20)
    for preset in ProviderCatalog.all {
      #expect(Provider.isValid(name: preset.name))
      #expect(preset.name == preset.name.lowercased())
      #expect(ProviderCatalog.preset(named: preset.name) == preset)
    }
  }

  @Test(arguments: ProviderCatalog.all)
  func entryIsWellFormed(preset: ProviderPreset) throws {
    #expect(!preset.displayName.isEmpty)
    #expect(!preset.endpoints.isEmpty)
    #expect(Set(preset.endpoints.map(\.dialect)).count == preset.endpoints.count, "one URL a protocol")
    for source in [preset.source, preset.priceSource].compactMap(\.self) {
      #expect(source.url.hasPrefix("https://"))
      #expect(source.date.wholeMatch(of: /20\d\d-[01]\d-[0-3]\d/) != nil, "\(source)")
    }
    #expect(preset.website.hasPrefix("https://"))
    #expect(preset.isLocal || !preset.models.isEmpty)
    #expect(preset.isLocal != preset.needsKey)
    #expect(preset.prices.isEmpty == (preset.priceSource == nil))
    for endpoint in preset.endpoints {
      let url = try EndpointURL(endpoint.baseURL)
      #expect(url.normalised(for: endpoint.dialect) == endpoint.baseURL, "stored as it is normalised")
      #expect(!endpoint.baseURL.hasSuffix("/"))
      #expect(url.scheme == (preset.isLocal ? "http" : "https"))
      #expect((url.host == "127.0.0.1") == preset.isLocal)
      #expect((endpoint.authentication == .none) == preset.isLocal)
    }
  }

  @Test(arguments: ProviderCatalog.all)
  func pricesAreSane(preset: ProviderPreset) {
    #expect(Set(preset.prices.map(\.model)).count == preset.prices.count)
    for entry in preset.prices {
      let price = entry.price
      #expect(price.input > 0 && price.output >= price.input && price.output < 500)
      #expect((price.cacheRead ?? 0) <= price.input, "\(entry.model)")
      #expect((price.cacheWrite ?? .infinity) > (price.cacheRead ?? 0), "\(entry.model)")
    }
  }

  /// Everything a request needs, for each provider and protocol.
  @Test(arguments: endpoints)
  func requestIsComplete(preset: ProviderPreset, endpoint: Endpoint) throws {
    let url = try endpoint.url(for: .generate(model: "a-model", stream: true))
    let end =
      switch endpoint.dialect {
      case .openAIChat: "/chat/completions"
      case .openAIResponses: "/responses"
      case .anthropic: "/v1/messages"
      case .gemini: "/v1beta/models/a-model:streamGenerateContent?alt=sse"
      }
    #expect(url.hasSuffix(end))
    #expect(url.dropFirst(8).split(separator: "/").allSatisfy { !$0.isEmpty } && !url.dropFirst(8).contains("//"))

    let headers = endpoint.headers(token: "s3cret")
    let credentials = headers.filter { $0.value.contains("s3cret") }
    #expect(credentials.count == (preset.isLocal ? 0 : 1))
    for header in headers { #expect(header.name == header.name.lowercased()) }
    #expect(headers.contains { $0.name == "anthropic-version" } == (endpoint.dialect == .anthropic))

    // Only the vendor of a protocol may be taken to know its newest parts.
    let quirks = preset.quirks(forModel: "a-model")
    let owners: [DialectID: Set<String>] = [
      .openAIChat: ["openai"], .openAIResponses: ["openai"], .anthropic: ["anthropic"], .gemini: ["gemini"],
    ]
    if !(owners[endpoint.dialect]?.contains(preset.name) ?? false) {
      #expect(!quirks.customTools && !quirks.namespaceTools)
      #expect(quirks.thinkingStyle == .budget)
    }
  }

  @Test func theUsualProvidersAreCalledWhereTheyDocument() throws {
    let expected: [(String, DialectID, url: String, header: String)] = [
      ("anthropic", .anthropic, "https://api.anthropic.com/v1/messages", "x-api-key: K"),
      ("openai", .openAIChat, "https://api.openai.com/v1/chat/completions", "authorization: Bearer K"),
      ("openai", .openAIResponses, "https://api.openai.com/v1/responses", "authorization: Bearer K"),
      (
        "gemini", .gemini, "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent",
        "x-goog-api-key: K"
      ),
      ("deepseek", .openAIChat, "https://api.deepseek.com/v1/chat/completions", "authorization: Bearer K"),
      ("deepseek", .anthropic, "https://api.deepseek.com/anthropic/v1/messages", "x-api-key: K"),
      ("deepseek", .openAIResponses, "https://api.deepseek.com/responses", "authorization: Bearer K"),
      ("zai", .openAIChat, "https://api.z.ai/api/paas/v4/chat/completions", "authorization: Bearer K"),
      ("zai", .anthropic, "https://api.z.ai/api/anthropic/v1/messages", "authorization: Bearer K"),
      ("moonshot", .openAIChat, "https://api.moonshot.ai/v1/chat/completions", "authorization: Bearer K"),
      ("moonshot", .anthropic, "https://api.moonshot.ai/anthropic/v1/messages", "authorization: Bearer K"),
      ("minimax", .anthropic, "https://api.minimax.io/anthropic/v1/messages", "authorization: Bearer K"),
      (
        "qwen", .openAIChat, "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions",
        "authorization: Bearer K"
      ),
      (
        "qwen", .openAIResponses, "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/responses",
        "authorization: Bearer K"
      ),
      ("zai-coding", .openAIChat, "https://api.z.ai/api/coding/paas/v4/chat/completions", "authorization: Bearer K"),
      ("zai-coding", .openAIResponses, "https://api.z.ai/api/v1/responses", "authorization: Bearer K"),
      ("zhipu-coding", .openAIResponses, "https://open.bigmodel.cn/api/v1/responses", "authorization: Bearer K"),
      ("nvidia", .openAIChat, "https://integrate.api.nvidia.com/v1/chat/completions", "authorization: Bearer K"),
      ("qwen", .anthropic, "https://dashscope-intl.aliyuncs.com/apps/anthropic/v1/messages", "x-api-key: K"),
      ("openrouter", .anthropic, "https://openrouter.ai/api/v1/messages", "authorization: Bearer K"),
      ("groq", .openAIChat, "https://api.groq.com/openai/v1/chat/completions", "authorization: Bearer K"),
      ("fireworks", .anthropic, "https://api.fireworks.ai/inference/v1/messages", "authorization: Bearer K"),
      (
        "volcengine", .openAIChat, "https://ark.cn-beijing.volces.com/api/v3/chat/completions",
        "authorization: Bearer K"
      ),
      ("ollama", .anthropic, "http://127.0.0.1:11434/v1/messages", ""),
    ]
    for (name, dialect, url, header) in expected {
      let endpoint = try #require(ProviderCatalog.preset(named: name)?.endpoints.first { $0.dialect == dialect })
      #expect(try endpoint.url(for: .generate(model: "m", stream: false)) == url)
      let sent = endpoint.headers(token: "K").filter { $0.value.contains("K") }.map { "\($0.name): \($0.value)" }
      #expect(sent.joined() == header)
    }
  }

  @Test(arguments: [
    ("anthropic", "claude-3-7-sonnet-20250219", Quirks.ThinkingStyle.budget),
    ("anthropic", "claude-opus-4-20250514", .budget),
    ("anthropic", "claude-opus-4-1", .budget), ("anthropic", "claude-sonnet-4-5-20250929", .budget),
    ("anthropic", "claude-haiku-4-5", .budget), ("anthropic", "claude-opus-4-6", .adaptive),
    ("anthropic", "claude-opus-4-8", .adaptive), ("anthropic", "claude-sonnet-5", .adaptive),
    ("anthropic", "claude-haiku-5-5", .adaptive), ("openrouter", "anthropic/claude-haiku-4.5", .budget),
    ("openrouter", "anthropic/claude-opus-5.5", .adaptive), ("openrouter", "deepseek/deepseek-flash", .budget),
  ])
  func olderClaudeModelsThinkByBudget(preset: String, model: String, style: Quirks.ThinkingStyle) throws {
    #expect(try #require(ProviderCatalog.preset(named: preset)).quirks(forModel: model).thinkingStyle == style)
  }

  /// As the vendors' own pages of each model have it; 0 where they are not known.
  @Test(arguments: [
    ("anthropic", "claude-3-haiku-20240307", 4096), ("anthropic", "claude-3-5-haiku-latest", 8192),
    ("anthropic", "claude-opus-4-1-20250805", 32_000), ("anthropic", "claude-sonnet-4-20250514", 64_000),
    ("anthropic", "claude-haiku-4-5", 64_000), ("anthropic", "claude-opus-4-6", 128_000),
    ("anthropic", "claude-sonnet-4-6", 128_000), ("anthropic", "claude-sonnet-5", 128_000),
    ("anthropic", "claude-opus-5-5", 128_000), ("anthropic", "claude-haiku-5-5", 128_000),
    ("anthropic", "claude-unheard-of", 0), ("openai", "gpt-5.4", 128_000), ("openai", "gpt-5.3-codex", 128_000),
    ("openai", "gpt-5-pro", 0), ("openai", "gpt-6-luna", 128_000), ("openai", "gpt-4o-mini", 16_384),
    ("openai", "gpt-4.1", 32_768), ("gemini", "gemini-3.8-flash", 65_536), ("gemini", "gemini-2.5-pro", 65_536),
    ("deepseek", "deepseek-v4-pro", 393_216), ("deepseek", "deepseek-flash", 393_216), ("openrouter", "any/model", 0),
  ])
  func whatModelsAnswerWithAtMost(preset: String, model: String, most: Int) throws {
    let quirks = try #require(ProviderCatalog.preset(named: preset)).quirks(forModel: model)
    #expect(quirks.maxOutputTokens == most)
  }

  @Test(arguments: [
    ("gpt-5.4", Quirks.MaxTokensField.maxCompletionTokens), ("o3", .maxCompletionTokens),
    ("o4-mini", .maxCompletionTokens), ("gpt-6-luna", .maxCompletionTokens), ("gpt-4o", .asSent),
    ("omni-moderation", .asSent),
  ])
  func reasoningModelsOfOpenAITakeTheNewerLimit(model: String, field: Quirks.MaxTokensField) throws {
    #expect(try #require(ProviderCatalog.preset(named: "openai")).quirks(forModel: model).maxTokensField == field)
  }

  @Test(arguments: [
    ("grok-4.7", Quirks.ReasoningSwitch.effort), ("grok-4.3", .effort), ("grok-4.20-reasoning", .none),
    ("grok-4-1-fast-reasoning", .none), ("grok-4", .none), ("grok-3-mini", .effort),
  ])
  func olderGrokModelsRefuseAnEffort(model: String, effort: Quirks.ReasoningSwitch) throws {
    let quirks = try #require(ProviderCatalog.preset(named: "xai")).quirks(forModel: model)
    #expect(quirks.reasoningSwitch == effort)
    #expect(quirks.stripFields.contains("stop") == model.hasPrefix("grok-4"))
  }

  @Test(arguments: [
    ("zai", "glm-5.2", false), ("zai", "glm-4.6v", true), ("zai", "glm-5v-turbo", true),
    ("minimax", "MiniMax-M2.7", false), ("minimax", "MiniMax-M3", true), ("deepseek", "deepseek-v4-pro", false),
    ("deepseek", "deepseek-flash", true),
  ])
  func textOnlyModelsAreKnown(preset: String, model: String, images: Bool) throws {
    #expect(try #require(ProviderCatalog.preset(named: preset)).quirks(forModel: model).imageInput == images)
  }

  @Test(arguments: [
    ("gemini-3.8-flash", true), ("gemini-3.1-pro-preview", true), ("gemini-2.5-pro", false),
    ("gemini-2.5-flash-lite", false),
  ])
  func whatCameWithGemini3IsAskedOfItOnly(model: String, isNew: Bool) throws {
    let quirks = try #require(ProviderCatalog.preset(named: "gemini")).quirks(forModel: model)
    #expect(quirks.functionResponseParts == isNew)
    #expect(quirks.mixedTools == isNew)
    #expect(quirks.thinkingLevels == isNew)
  }

  @Test func whatTheUserSetWinsOverTheCatalog() throws {
    let preset = try #require(ProviderCatalog.preset(named: "openai"))
    var provider = preset.makeProvider(named: "mine", withKey: true)
    #expect(provider.quirks(forModel: "o3").maxTokensField == .maxCompletionTokens)
    provider.quirks.maxTokensField = .maxTokens
    provider.quirks.imageInput = false
    #expect(provider.quirks(forModel: "o3").maxTokensField == .maxTokens)
    #expect(!provider.quirks(forModel: "o3").imageInput)
    for preset in [nil, "gone"] {
      provider.preset = preset
      #expect(provider.quirks(forModel: "o3").maxTokensField == .maxTokens)
      #expect(!provider.quirks(forModel: "o3").imageInput)
      #expect(provider.quirks(forModel: "some-model") == provider.quirks)
    }
  }

  @Test func aLocalServerGetsItsKeyWhenItHasOne() throws {
    let preset = try #require(ProviderCatalog.preset(named: "vllm"))
    #expect(preset.makeProvider(withKey: false).endpoints.allSatisfy { $0.authentication == .none })
    let keyed = preset.makeProvider(named: "gpu", withKey: true)
    #expect(keyed.name == "gpu" && keyed.preset == "vllm")
    #expect(keyed.endpoint(for: .openAIChat)?.authentication == .bearer)
    #expect(keyed.endpoint(for: .anthropic)?.authentication == .header("x-api-key"))
  }

  @Test(arguments: ["default", "a.b-C_9", "x"])
  func providerNames(name: String) { #expect(Provider.isValid(name: name)) }

  @Test(arguments: ["", "a/b", "a b", "é", String(repeating: "a", count: 65), "a\n"])
  func notProviderNames(name: String) { #expect(!Provider.isValid(name: name)) }
}
