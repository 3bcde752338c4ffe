/// One event of an event stream. Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
public struct ServerSentEvent: Sendable, Hashable {
  /// The `event` field; nil where there was none.
  public var name: String?
  /// The `data` fields, joined by line feeds.
  public var data: [UInt8]

  /// Makes an event.
  public init(name: String? = nil, data: [UInt8]) {
    self.name = name
    self.data = data
  }

  /// Makes an event.
  public init(name: String? = nil, data: String) {
    self.init(name: name, data: Array(data.utf8))
  }

  /// The data as text.
  public var text: String { String(decoding: data, as: UTF8.self) }

  /// Whether the data is the `[DONE]` that ends OpenAI streams.
  public var isDone: Bool { data.drop { $0 == 0x20 }.starts(with: "[DONE]".utf8) }
}

/// What a piece of an event stream holds.
public enum EventStreamItem: Sendable, Hashable {
  case event(ServerSentEvent)
  /// A comment line, as used for keep-alives.
  case comment
}
