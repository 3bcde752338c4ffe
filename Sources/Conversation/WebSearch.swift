/// A search of the web that a vendor ran for the model, in words that more than one protocol can tell.
///
/// Hangs on the `OpaquePart` that its vendor told it with.
public struct WebSearch: Sendable, Hashable {
  /// A page that was found.
  public struct Page: Sendable, Hashable {
    /// The page's address.
    public var address: String
    /// Its title, where the vendor tells it.
    public var title: String?

    /// Makes a page.
    public init(address: String, title: String? = nil) {
      self.address = address
      self.title = title
    }
  }

  /// What was searched for; a vendor counts and bills each.
  public var queries: [String]
  /// What was found, as far as the vendor tells it.
  public var pages: [Page]
  /// Whether the search came to nothing.
  public var hasFailed: Bool

  /// Makes a search.
  public init(queries: [String], pages: [Page], hasFailed: Bool = false) {
    self.queries = queries
    self.pages = pages
    self.hasFailed = hasFailed
  }
}
