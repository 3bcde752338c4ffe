import Wire

/// Finds the events of a stream that show one of some words, among hundreds of others.
///
/// Those others are alike but for a few bytes: what an event shares with one that shows no such word cannot show one
/// either, so that only what differs is searched, and as much before it as a word may reach over. And where they are
/// known to differ in nothing but values that say nothing here, nothing of them is searched.
struct MarkerSearch: Sendable {
  /// The values of an event that may be others in the next one like it: the words, and what nobody reads.
  typealias Values = (words: JSON?, varying: [JSON?])

  private let markers: ByteNeedles
  private let values: @Sendable (JSON) -> Values
  /// An event without a marker, which others may be like.
  private var alike = RecurringEvent()
  /// How many events were remembered since one was like another, and how many pass before the next is.
  private var (misses, pause) = (0, 0)
  /// A whole event without a marker.
  private var plain: [UInt8] = []
  /// The longest event that is kept for comparison.
  private static let limit = 16 * 1024

  /// Searches for `markers`; `values` tells what may differ in an event parsed.
  init(_ markers: [StaticString], _ values: @escaping @Sendable (JSON) -> Values) {
    self.markers = ByteNeedles(markers)
    self.values = values
  }

  /// Whether an event shows a marker.
  func isMarked(_ event: ServerSentEvent) -> Bool {
    alike.words(of: event) == nil && event.data.withUnsafeBytes { markers.firstPosition(in: $0) != nil }
  }

  /// Where the first marker at or after `start` stands; nil if there is none.
  ///
  /// `bytes` are whole events, and one begins at `start`.
  mutating func firstMarker(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var position = start
    while position < bytes.count {
      if let match = alike.match(in: bytes, from: position) {
        (misses, pause) = (0, 0)
        position = match.end
        continue
      }
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
      remember(whole)
      position += length
    }
    return nil
  }

  /// Remembers an event without a marker, which takes as long as parsing it: where none is like another, only one in
  /// hundreds is.
  private mutating func remember(_ event: UnsafeRawBufferPointer) {
    guard pause == 0 else { return pause -= 1 }
    misses = min(misses + 1, 8)
    pause = 1 << misses - 2
    var parser = EventStreamParser()
    try? parser.feed(event) { item in
      guard case .event(let event) = item, event.data.count <= Self.limit, let json = try? JSON(parsing: event.data)
      else { return }
      let (words, varying) = values(json)
      if let words { alike.remember(event, words: words, varying: varying) }
    }
  }
}
