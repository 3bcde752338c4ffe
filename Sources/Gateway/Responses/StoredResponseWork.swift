import Conversation
import NIOCore
import NIOHTTP1
import Routing
import Wire

/// `GET` and `DELETE /responses/{id}`, `GET /responses/{id}/input_items` and `POST /responses/{id}/cancel`, of what is
/// kept here.
struct StoredResponseWork {
  /// What is asked for.
  enum Action: Sendable, Hashable { case read, delete, inputItems, cancel }

  let exchange: Exchange
  let id: String
  let action: Action
  let group: String

  func answer() {
    let store = exchange.gateway.responses
    let settings = exchange.snapshot.settings
    guard settings.storesResponses else { return refuse("responses are not kept: `responses.store` is off") }
    let bounds = settings.storeBounds
    let now = exchange.record.startedAt
    guard let entry = store.entry(id, group: group, bounds: bounds, now: now) else {
      return refuse("response with id '\(id.prefix(100))' not found")
    }
    switch action {
    case .read: send(Array(entry.response.text.utf8))
    case .delete:
      _ = store.forget(id, group: group)
      var writer = JSONWriter()
      writer.object {
        $0.member("id", id)
        $0.member("object", static: "response")
        $0.member("deleted", true)
      }
      send(writer.finish())
    case .cancel:
      // What is kept is finished, and nothing runs in the background here.
      exchange.fail(
        UpstreamFailure(.invalidRequest, status: 400, message: "Cannot cancel a synchronous response."),
        as: "not_cancellable")
    case .inputItems:
      guard let before = entry.previous.map({ store.history(upTo: $0, group: group, bounds: bounds, now: now) }) else {
        return list(entry.input)
      }
      guard let before else { return refuse("the beginning of the conversation of '\(id.prefix(100))' is gone") }
      list(before + entry.input)
    }
  }

  /// Answers with a page of items.
  ///
  /// Format: https://developers.openai.com/api/reference/resources/responses/subresources/input_items/methods/list
  private func list(_ items: [JSON]) {
    let query = Self.query(exchange.request.query)
    var named = items.enumerated().map { (id: $1["id"]?.string ?? "item_\(id)_\($0)", item: $1) }
    if query["order"] != "asc" { named.reverse() }
    if let after = query["after"], let position = named.firstIndex(where: { $0.id == after }) {
      named.removeFirst(position + 1)
    }
    let limit = min(max(query["limit"].flatMap { Int($0) } ?? 20, 1), 100)
    let page = named.prefix(limit)
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("object", static: "list")
      writer.array("data") { writer in
        for (id, item) in page {
          writer.object { writer in
            writer.member("id", id)
            if item["type"] == nil { writer.member("type", static: "message") }
            for member in item.members where !member.isNamed("id") {
              writer.key(named: member.key)
              writer.value(member.value)
            }
          }
        }
      }
      if let first = page.first { writer.member("first_id", first.id) } else { writer.nullMember("first_id") }
      if let last = page.last { writer.member("last_id", last.id) } else { writer.nullMember("last_id") }
      writer.member("has_more", named.count > limit)
    }
    send(writer.finish())
  }

  private static func query(_ text: (some StringProtocol)?) -> [String: String] {
    var values: [String: String] = [:]
    for pair in (text.map { String($0) } ?? "").split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1)
      if sides.count == 2 { values[String(sides[0])] = String(sides[1]) }
    }
    return values
  }

  private func send(_ body: [UInt8]) {
    exchange.send(status: .ok, headers: ["content-type": "application/json"], body: ByteBuffer(bytes: body))
  }

  private func refuse(_ message: String) {
    exchange.fail(
      UpstreamFailure(.notFound, status: 404, message: message, param: "id"), as: "response_not_found")
  }
}

extension GatewaySettings {
  /// What may be kept of responses.
  var storeBounds: ResponseStore.Bounds {
    ResponseStore.Bounds(bytes: maxStoredBytes, age: Int64(min(max(maxStoredAge, 0), 31_536_000) * 1000))
  }
}
