import Conversation
import Wire

/// What a byte scan tells of a client's body, enough to route it and to pass it on untouched.
public struct InboundRequest: Sendable {
  /// The client's protocol.
  public let dialect: DialectID
  /// What the request says outside its body.
  public let line: RequestLine
  /// Where the body's members stand.
  public let scan: TopLevelScan
  /// As the URL or the body has it; nil where neither does.
  public let model: String?
  /// Whether the client asked for a stream.
  public let isStream: Bool
  /// Whether a reasoning seal of ours is somewhere in the body, so that it must go through readers and writers.
  public let hasSeal: Bool

  /// - Throws: `DialectError` where the body is no JSON object.
  public init(
    _ bytes: UnsafeRawBufferPointer, dialect: DialectID, line: RequestLine
  ) throws(DialectError) {
    do throws(JSONError) {
      scan = try TopLevelScan(bytes)
    } catch {
      throw DialectError("the request body is not a JSON object: \(error)")
    }
    self.dialect = dialect
    self.line = line
    if let model = line.model {
      self.model = model
    } else {
      model = scan.member("model", in: bytes).flatMap { TopLevelScan.string($0.value, in: bytes) }
    }
    if let isStream = line.isStream {
      self.isStream = isStream
    } else {
      isStream = scan.member("stream", in: bytes).map { TopLevelScan.isTrue($0.value, in: bytes) } ?? false
    }
    hasSeal = ReasoningSeal.isInside(bytes, line.seals)
  }
}
