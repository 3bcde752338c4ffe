import Wire

/// Finds the events of a stream that show one of some words, among hundreds of others.
///
/// Those others are alike but for a few bytes: what an event shares with one that shows no such word cannot show one
/// either, so that only what differs is searched, and as much before it as a word may reach over.
struct MarkerSearch: Sendable {
  private let markers: ByteNeedles
  /// A whole event without a marker.
  private var plain: [UInt8] = []
  /// The longest event that is kept for comparison.
  private static let limit = 16 * 1024

  init(_ markers: [StaticString]) { self.markers = ByteNeedles(markers) }

  /// Whether the data of an event show a marker.
  func isMarked(_ data: [UInt8]) -> Bool { data.withUnsafeBytes { markers.firstPosition(in: $0) != nil } }

  /// Where the first marker at or after `start` stands; nil if there is none.
  ///
  /// `bytes` are whole events, and one begins at `start`.
  mutating func firstMarker(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var position = start
    while position < bytes.count {
      let event = UnsafeRawBufferPointer(rebasing: bytes[position...])
      let shared = plain.withUnsafeBytes { ByteSearch.commonPrefix(event, $0) }
      // The event goes on at least to where it differs; the blank line may begin a little before.
      let length = EventBoundary.first(in: event, from: max(0, shared - 3)) ?? event.count
      let whole = UnsafeRawBufferPointer(rebasing: event[..<length])
      let ending = plain.withUnsafeBytes { ByteSearch.commonSuffix(whole, $0) }
      let (first, last) = (max(0, min(shared, length) - markers.longest + 1), length - ending)
      if first < last {
        if let marker = markers.firstPosition(in: event, within: first..<last) { return position + marker }
        if last - first > length / 2, length <= Self.limit { plain = Array(whole) }
      }
      position += length
    }
    return nil
  }
}
