import Dialects
import NIOCore
import Routing
import Wire

/// A Responses request with `responses.store` on: the conversation its `previous_response_id` names is put before its
/// own input, and its answer is kept.
struct StoredConversation {
  /// The request's body with the whole conversation in it; nil if it named none that is kept here.
  let body: ByteBuffer?
  /// The response it goes on from, if that one is kept here.
  let previous: String?
  /// Whether the answer is to be kept.
  let keepsAnswer: Bool
  /// What the request itself said.
  let input: [JSON]

  /// Nil where the body cannot be read; it is refused elsewhere.
  init?(_ body: ByteBuffer, _ store: ResponseStore, group: String, bounds: ResponseStore.Bounds, now: Int64) {
    guard let json = try? JSON(parsing: Array(body.readableBytesView)), json.isObject else { return nil }
    input = Self.items(json["input"])
    let named = json["previous_response_id"]?.string
    let history = named.flatMap { store.history(upTo: $0, group: group, bounds: bounds, now: now) }
    previous = history == nil ? nil : named
    // What an upstream keeps and we do not has a beginning that we could not tell.
    keepsAnswer = json["store"]?.bool != false && (named == nil || previous != nil)
    guard let history else {
      self.body = nil
      return
    }
    var writer = JSONWriter()
    writer.object { [input] writer in
      for member in json.members where !member.isNamed("previous_response_id") && !member.isNamed("input") {
        writer.key(named: member.key)
        writer.value(member.value)
      }
      writer.array("input") { writer in
        for item in history { writer.value(item) }
        for item in input { writer.value(item) }
      }
    }
    self.body = ByteBuffer(bytes: writer.finish())
  }

  private static func items(_ input: JSON?) -> [JSON] {
    guard let input else { return [] }
    guard input.isString else { return Array(input.elements) }
    return [
      JSON { writer in
        writer.object { writer in
          writer.member("type", static: "message")
          writer.member("role", static: "user")
          writer.array("content") { writer in
            writer.object {
              $0.member("type", static: "input_text")
              $0.member("text", input)
            }
          }
        }
      }
    ]
  }
}

/// Listens to the answer as the client gets it, and keeps its response.
final class AnswerKeeper {
  private let isStream: Bool
  private let keep: (JSON) -> Void
  private var whole = ByteBuffer()
  private var parser = EventStreamParser()
  private var last: JSON?
  private var isTooLarge = false
  private let limit: Int

  /// `keep` gets the response object of an answer that came to its end.
  init(isStream: Bool, limit: Int, keep: @escaping (JSON) -> Void) {
    self.isStream = isStream
    self.limit = limit
    self.keep = keep
  }

  func hear(_ buffer: ByteBuffer) {
    guard !isTooLarge else { return }
    guard isStream else {
      whole.writeImmutableBuffer(buffer)
      isTooLarge = whole.readableBytes > limit
      if isTooLarge { whole = ByteBuffer() }
      return
    }
    buffer.withUnsafeReadableBytes { bytes in
      do throws(EventStreamError) {
        try parser.feed(bytes) { item in
          if case .event(let event) = item { note(event) }
        }
      } catch {
        isTooLarge = true
      }
    }
  }

  func end() {
    guard !isTooLarge else { return }
    if isStream {
      parser.finish { item in
        if case .event(let event) = item { note(event) }
      }
    } else {
      last = try? JSON(parsing: Array(whole.readableBytesView))
    }
    guard let last, last["object"]?.isString("response") == true, last["id"]?.isString == true else { return }
    keep(last)
  }

  private func note(_ event: ServerSentEvent) {
    guard event.name == "response.completed" || event.name == "response.incomplete",
      let json = try? JSON(parsing: event.data)
    else { return }
    last = json["response"]
  }
}
