import Conversation
import Dialects
import Wire

/// An upstream's whole answer, taken to clients of every protocol, whole and streamed.
enum ResponseFuzzing {
  static func violations(_ bytes: [UInt8], from upstream: any Dialect) -> [String] {
    var broken = failures(bytes, upstream)
    guard let parsed = try? JSON(parsing: bytes), let read = try? upstream.readResponse(parsed, origin: SealOrigin("a"))
    else { return broken }
    var choice = InputChoice(bytes)
    var response = read
    CallIDs.name(&response, exchangeID: "x1")
    let events = response.events()
    broken += EventTrace.violations(events).map { "told as events: \($0)" }
    for client in DialectCatalog.all {
      var context = DialectLaw.reply()
      if choice.flag() { context.request = ConversationRequest(model: "m") }
      broken += written(response, for: context, to: client, bytes.count)
      broken += StreamFuzzing.written(events, for: context, to: client, bytes.count)
    }
    return broken
  }

  static func written(
    _ response: ConversationResponse, for context: ReplyContext, to client: any Dialect, _ size: Int
  ) -> [String] {
    var losses = Losses()
    let body = client.writeResponse(response, for: context, losses: &losses)
    guard let json = try? JSON(parsing: body), json.isObject else {
      return ["\(client.id.rawValue): no JSON object is written"]
    }
    do throws(DialectError) {
      _ = try client.readResponse(json, origin: nil)
    } catch {
      return ["\(client.id.rawValue): what was written is refused: \(error)"]
    }
    return OutputBound.violations(client.id.rawValue, body.count, of: size)
  }

  /// The bytes as an error answer.
  private static func failures(_ bytes: [UInt8], _ upstream: any Dialect) -> [String] {
    [200, 400, 429, 500].flatMap { status -> [String] in
      let failure = upstream.readFailure(status: status, body: bytes)
      return DialectCatalog.all.flatMap { client -> [String] in
        let reply = client.writeFailure(failure, requestID: "r1")
        guard (400...599).contains(reply.status) else {
          return ["\(client.id.rawValue): status \(reply.status) for a failure"]
        }
        guard (try? JSON(parsing: reply.body))?.isObject == true else {
          return ["\(client.id.rawValue): a failure is no JSON object"]
        }
        return OutputBound.violations("\(client.id.rawValue), failure", reply.body.count, of: bytes.count)
      }
    }
  }
}
