import ArgumentParser
import Conversation
import Foundation
import Providers

/// Where a provider listens and how requests to it are signed.
struct EndpointOptions: ParsableArguments {
  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp("What it speaks; found out when left out", valueName: "protocol"))
  var dialect: DialectID?
  @Option(name: .customLong("base-url"), help: ArgumentHelp("Its URL; a full endpoint URL will do", valueName: "url"))
  var baseURL: String?
  @Option(
    help: ArgumentHelp("bearer, none, client or header:<name>; as the protocol has it when left out", valueName: "how"))
  var auth: AuthenticationChoice?

  /// `Authentication` as typed.
  struct AuthenticationChoice: ExpressibleByArgument {
    let value: Authentication

    static let allValueStrings: [String] = []

    init?(argument: String) {
      switch argument.lowercased() {
      case "bearer": value = .bearer
      case "none": value = .none
      case "client": value = .client
      case let text where text.hasPrefix("header:"):
        let name = argument.dropFirst(7)
        let isToken = name.utf8.allSatisfy {
          (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
            || $0 == 0x5F
        }
        guard !name.isEmpty, isToken else { return nil }
        value = .header(String(name))
      default: return nil
      }
    }
  }

  /// The endpoint for a protocol at the given URL, in the form to store.
  func endpoint(_ dialect: DialectID, url: EndpointURL) -> Endpoint {
    Endpoint(dialect, url.normalised(for: dialect), authentication: auth?.value ?? .standard(for: dialect))
  }
}
