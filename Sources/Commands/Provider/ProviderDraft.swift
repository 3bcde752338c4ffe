import Conversation
import Foundation
import Providers

/// A provider about to be added: from a preset, or from a base URL.
struct ProviderDraft {
  private enum Source {
    case preset(ProviderPreset)
    case url(EndpointURL)
  }

  private let name: String
  private let source: Source
  private let options: EndpointOptions

  /// - Throws: `UserFacingError` of status 2 when the words name neither a preset nor a URL.
  init(name: String, preset: String?, endpoint: EndpointOptions) throws {
    self.name = name
    options = endpoint
    if let preset {
      guard let found = ProviderCatalog.preset(named: preset.lowercased()) else { throw Self.unknownPreset(preset) }
      source = .preset(found)
    } else if let url = endpoint.baseURL {
      source = .url(try EndpointURL(url))
    } else if let found = ProviderCatalog.preset(named: name.lowercased()) {
      source = .preset(found)
    } else {
      throw Self.unknownPreset(name)
    }
  }

  /// Where keys are made.
  var website: String? { if case .preset(let preset) = source { preset.website } else { nil } }

  /// Whether adding it without a token makes no sense.
  var needsToken: Bool {
    switch options.auth?.value {
    case .some(.none), .client: return false
    case .bearer, .header: return true
    case nil: break
    }
    switch source {
    case .preset(let preset): return preset.needsKey
    // A server on this machine rarely wants a key.
    case .url(let url): return !Loopback.isHost(url.host)
    }
  }

  /// The provider to store; asks its URL what it speaks when nothing tells.
  func provider(token: String?, proxy: String?, in context: CommandContext) async throws -> Provider {
    switch source {
    case .preset(let preset): return try provider(of: preset, token: token)
    case .url(let url):
      var provider = Provider(name: name, endpoints: [])
      if let dialect = options.dialect {
        provider.endpoints = [endpoint(dialect, url, token: token)]
      } else {
        let probe = EndpointProbe(
          base: options.baseURL ?? url.origin, token: token, auth: options.auth?.value, proxy: proxy)
        let found = try await probe.run(in: context)
        provider.endpoints = found.endpoints
        provider.models = found.models
      }
      provider.quirks = UnknownVendor.quirks(speaking: provider.endpoints.map(\.dialect))
      return provider
    }
  }

  private func provider(of preset: ProviderPreset, token: String?) throws -> Provider {
    var provider = preset.makeProvider(named: name, withKey: token != nil)
    if let base = options.baseURL {
      // One URL cannot be that of several protocols: the preset's others are left out.
      let dialect = options.dialect ?? provider.endpoints.first?.dialect ?? .openAIChat
      let known = provider.endpoints.first { $0.dialect == dialect }
      let url = try EndpointURL(base).normalised(for: dialect)
      provider.endpoints = [
        Endpoint(dialect, url, authentication: options.auth?.value ?? known?.authentication ?? .standard(for: dialect))
      ]
    } else if let auth = options.auth?.value {
      for index in provider.endpoints.indices { provider.endpoints[index].authentication = auth }
    }
    return provider
  }

  private func endpoint(_ dialect: DialectID, _ url: EndpointURL, token: String?) -> Endpoint {
    var endpoint = options.endpoint(dialect, url: url)
    if options.auth == nil, token == nil, Loopback.isHost(url.host) { endpoint.authentication = .none }
    return endpoint
  }

  private static func unknownPreset(_ name: String) -> UserFacingError {
    .usage(
      "there is no preset `\(name)`",
      hints: [
        .didYouMean(Suggestion.near(name, in: ProviderCatalog.all.map(\.name))),
        .text("`aor provider presets` lists them; any other provider needs `--base-url`"),
      ])
  }
}

/// What is on this machine.
enum Loopback {
  static func isHost(_ host: String) -> Bool {
    host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host.hasPrefix("127.")
  }
}
