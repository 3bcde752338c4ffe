import Conversation
import Wire

extension Crossing {
  /// Passes a body on in its own protocol where that is all it needs; nil where it must be read and written.
  public static func direct(
    ifPossible inbound: InboundRequest, _ bytes: UnsafeRawBufferPointer, to upstream: DialectID,
    for target: RequestTarget
  ) -> Crossing? {
    guard isDirect(inbound, bytes, to: upstream, target.quirks) else { return nil }
    return direct(inbound, bytes, for: target)
  }

  /// Why a request that relies on what its vendor keeps is refused; nil where it is not.
  ///
  /// A provider that keeps nothing would go on without the conversation, and nobody would know.
  public static func storedResponseRefusal(
    _ inbound: InboundRequest, _ bytes: UnsafeRawBufferPointer, to upstream: DialectID, quirks: Quirks,
    provider: String
  ) -> DialectError? {
    guard inbound.dialect == upstream, upstream == .openAIResponses, !quirks.storesResponses else { return nil }
    return KeptByVendor(inbound, bytes).refusal(by: "provider `\(provider)`")
  }
}

extension Crossing.Body {
  /// The upstream's body, made of the client's.
  public func bytes(from client: [UInt8]) -> [UInt8] {
    switch self {
    case .written(let bytes): return bytes
    case .spliced(let splice):
      guard !splice.isEmpty else { return client }
      var output: [UInt8] = []
      output.reserveCapacity(client.count + 256)
      client.withUnsafeBytes { bytes in splice.apply(to: bytes) { output.append(contentsOf: $0) } }
      return output
    }
  }
}

extension Dialect {
  /// Reads a client's request from its bytes.
  ///
  /// - Throws: `DialectError`, also for what is not JSON.
  public func readRequest(_ body: [UInt8], line: RequestLine) throws(DialectError) -> ConversationRequest {
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: body)
    } catch {
      throw DialectError("the request body is not valid JSON: \(error)")
    }
    return try readRequest(json, line: line)
  }
}
