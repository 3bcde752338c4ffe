import Conversation
import Dialects
import NIOCore
import NIOHTTP1
import Wire

/// Answers the requests of one echo connection.
final class EchoHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private static let bodyLimit = 64 * 1024 * 1024

  private let only: DialectID?
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()
  private var count = 0

  init(dialect: DialectID?) { only = dialect }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.clear()
    case .body(var piece):
      if body.readableBytes + piece.readableBytes > Self.bodyLimit { return context.close(promise: nil) }
      body.writeBuffer(&piece)
    case .end:
      guard let head else { return }
      self.head = nil
      answer(ClientRequest(method: head.method, target: head.uri, headers: head.headers, body: body), context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func answer(_ request: ClientRequest, _ context: ChannelHandlerContext) {
    guard case .success(let operation) = ClientOperation.recognise(request),
      only == nil || operation.dialect == only || operation.kind == .models
    else {
      let known = only.map { "only \($0.displayName) is spoken here" } ?? "unknown path"
      let dialect = DialectCatalog.dialect(only ?? .openAIChat)
      return fail(UpstreamFailure(.notFound, status: 404, message: "\(known): \(request.path)"), dialect, context)
    }
    let dialect = DialectCatalog.dialect(operation.dialect)
    switch operation.kind {
    case .generate: generate(request, operation, dialect, context)
    case .countTokens:
      let name = operation.dialect == .gemini ? "totalTokens" : "input_tokens"
      send(
        .ok,
        JSON {
          $0.object {
            $0.key(named: name); $0.int(max(1, request.body.readableBytes / 4))
          }
        }, context)
    case .models:
      send(.ok, body: ModelListShape(dialect: only ?? operation.dialect).list([EchoScript.model]), context)
    case .probe, .health: send(.ok, body: [], context)
    default:
      fail(UpstreamFailure(.notFound, status: 404, message: "the echo has no \(request.path)"), dialect, context)
    }
  }

  private func generate(
    _ request: ClientRequest, _ operation: ClientOperation, _ dialect: any Dialect, _ context: ChannelHandlerContext
  ) {
    let conversation: ConversationRequest
    do throws(DialectError) {
      conversation = try CallPreparation.read(request.body, operation, dialect)
    } catch {
      return fail(error.failure, dialect, context)
    }
    count += 1
    let script = EchoScript(conversation)
    if let failure = script.failure { return fail(failure, dialect, context) }
    let isArray = operation.dialect == .gemini && !(request.query ?? "").contains("alt=sse")
    let reply = ReplyContext(
      request: conversation.summary(), model: conversation.model, exchangeID: "echo\(count)", createdAt: 0,
      framing: isArray ? .jsonArray : .serverSentEvents)
    let response = script.response
    guard conversation.isStream else {
      var losses = Losses()
      return send(.ok, body: dialect.writeResponse(response, for: reply, losses: &losses), context)
    }
    stream(response, reply, dialect, context)
  }

  private func stream(
    _ response: ConversationResponse, _ reply: ReplyContext, _ dialect: any Dialect, _ context: ChannelHandlerContext
  ) {
    let type = reply.framing == .jsonArray ? "application/json" : "text/event-stream"
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-type": type]))),
      promise: nil)
    var writer = dialect.makeEventWriter(for: reply)
    for event in response.events().flatMap(EchoScript.inWords) {
      var output: [UInt8] = []
      writer.write(event, into: &output)
      guard !output.isEmpty else { continue }
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: output)))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private func fail(_ failure: UpstreamFailure, _ dialect: any Dialect, _ context: ChannelHandlerContext) {
    let reply = dialect.writeFailure(failure, requestID: "req_echo")
    send(HTTPResponseStatus(statusCode: reply.status), body: reply.body, context)
  }

  private func send(_ status: HTTPResponseStatus, _ json: JSON, _ context: ChannelHandlerContext) {
    var writer = JSONWriter()
    writer.value(json)
    send(status, body: writer.finish(), context)
  }

  private func send(_ status: HTTPResponseStatus, body: [UInt8], _ context: ChannelHandlerContext) {
    let headers: HTTPHeaders = ["content-type": "application/json", "content-length": String(body.count)]
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}
