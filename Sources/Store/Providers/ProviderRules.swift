import Conversation
import Foundation
import Providers

/// What a provider must be like to be stored.
enum ProviderRules {
  static func check(_ provider: Provider) throws {
    try checkName(provider.name, what: "provider name", allowsDot: true)
    guard !provider.endpoints.isEmpty else {
      throw StoreError.invalid(what: "provider", value: provider.name, reason: "have a protocol and a base URL")
    }
    var seen: Set<String> = []
    for endpoint in provider.endpoints {
      guard seen.insert(endpoint.dialect.rawValue).inserted else {
        throw StoreError.invalid(
          what: "provider", value: provider.name,
          reason: "have each protocol once, not \(endpoint.dialect.rawValue) twice")
      }
      try check(endpoint)
    }
  }

  /// Checks a name of letters, digits, `_`, `-` and, for providers, dots.
  static func checkName(_ name: String, what: String, allowsDot: Bool) throws {
    let isFit = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: allowsDot && byte == UInt8(ascii: ".")
      }
    }
    guard isFit, (1...64).contains(name.utf8.count) else {
      let letters = allowsDot ? "letters, digits, `.`, `_` and `-`" : "letters, digits, `_` and `-`"
      throw StoreError.invalid(what: what, value: name, reason: "be 1 to 64 \(letters)")
    }
  }

  private static func check(_ endpoint: Endpoint) throws {
    let text = endpoint.baseURL
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty,
      !text.unicodeScalars.contains(where: { $0.value <= 32 || $0.value == 127 })
    else {
      throw StoreError.invalid(what: "base URL", value: text, reason: "be an absolute http or https URL")
    }
    guard parts.user == nil, parts.password == nil else {
      // The address is not repeated: it holds a password.
      throw StoreError.invalid(
        what: "base URL", value: "", reason: "not hold a user or password; give them as the token")
    }
    guard parts.fragment == nil else {
      throw StoreError.invalid(what: "base URL", value: text, reason: "not have a fragment")
    }
    switch endpoint.authentication {
    case .header(let name):
      guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
        throw StoreError.invalid(what: "authentication header", value: name, reason: "be a header name")
      }
    case .client:
      // The client's own credential must not cross a network in clear.
      let isLoopback = host == "localhost" || host == "[::1]" || host == "::1" || host.hasPrefix("127.")
      guard scheme == "https" || isLoopback else {
        throw StoreError.invalid(what: "base URL", value: text, reason: "be https for `auth: client`")
      }
    case .bearer, .none: break
    }
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  /// A token without surrounding blanks; one that could not be sent in a header is refused, and never repeated.
  static func checkToken(_ token: String) throws -> String {
    let token = token.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !token.isEmpty else { throw StoreError.invalid(what: "token", value: "", reason: "not be empty") }
    guard token.utf8.allSatisfy({ (33...126).contains($0) }) else {
      throw StoreError.invalid(what: "token", value: "", reason: "be one line of printable ASCII without spaces")
    }
    return token
  }
}
