import NIOCore
import NIOHTTP1
import Routing
import Wire

/// `GET /healthz`: whether the gateway answers.
enum Health {
  static func answer(_ exchange: Exchange) {
    var writer = JSONWriter()
    writer.object {
      $0.member("status", static: "ok")
      $0.member("version", exchange.gateway.identity.version)
      $0.member("generation", Int(exchange.snapshot.generation))
    }
    exchange.send(
      status: .ok, headers: ["content-type": "application/json"], body: ByteBuffer(bytes: writer.finish()))
  }
}
