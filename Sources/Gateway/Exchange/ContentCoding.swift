import Conversation

/// Compressed request bodies.
enum ContentCoding {
  /// Why a body cannot be read; nil if it is plain.
  static func refusal(of request: ClientRequest) -> UpstreamFailure? {
    guard let coding = request.header("content-encoding")?.lowercased(), coding != "identity", !coding.isEmpty else {
      return nil
    }
    return UpstreamFailure(
      .unsupportedMediaType, status: 415,
      message: "content-encoding `\(coding.prefix(40))` is not supported: send the body uncompressed")
  }
}
