import NIOHTTP1

/// What a request's head may hold.
///
/// Twice and more of what agents send. Above it 431, for a target that is too long 414; not settings, because nobody
/// has a reason to change them.
enum HeaderLimits {
  /// Bytes of the request target, path and query.
  ///
  /// A line that the parser itself gives up on (`field`) is answered 431: it does not say which line that was.
  static let target = 16 * 1024
  /// Bytes of one header, name and value.
  static let field = 64 * 1024
  /// Bytes of all headers, the target and trailers included.
  static let total = 128 * 1024
  /// Headers and trailers.
  static let count = 200

  /// The parser's part.
  static let parser: NIOHTTPDecoderLimitConfiguration = {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = field
    limits.maxHeaderListSize = total
    limits.maxHeaderFieldCount = count
    return limits
  }()
}
