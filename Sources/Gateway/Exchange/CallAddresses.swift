import Conversation
import NIOConcurrencyHelpers
import Providers

/// The URLs that calls were made to.
///
/// An agent asks the same few all day, and putting one together and seeing that it is none of our own costs more than
/// finding it again.
final class CallAddresses: Sendable {
  private struct Question: Hashable, Sendable {
    var base: String
    var dialect: DialectID
    var operation: EndpointOperation
  }

  /// Models are named by clients, as many as they like.
  private static let limit = 256

  private let known = NIOLockedValueBox<[Question: String]>([:])

  /// The URL of an operation, found by `make` where it is not known.
  func url<Failure: Error>(
    of endpoint: Endpoint, for operation: EndpointOperation, make: () throws(Failure) -> String
  ) throws(Failure) -> String {
    let question = Question(base: endpoint.baseURL, dialect: endpoint.dialect, operation: operation)
    if let url = known.withLockedValue({ $0[question] }) { return url }
    let url = try make()
    known.withLockedValue { known in
      if known.count >= Self.limit { known.removeAll(keepingCapacity: true) }
      known[question] = url
    }
    return url
  }
}
