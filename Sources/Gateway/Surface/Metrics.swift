import NIOCore
import NIOHTTP1
import Routing

/// `GET /metrics`: counters in Prometheus' text format.
/// https://prometheus.io/docs/instrumenting/exposition_formats/
enum Metrics {
  static func answer(_ exchange: Exchange) {
    exchange.send(
      status: .ok, headers: ["content-type": "text/plain; version=0.0.4; charset=utf-8"],
      body: ByteBuffer(string: text(exchange.gateway)))
  }

  private static func text(_ gateway: GatewayCore) -> String {
    let counter = gateway.exchanges
    var lines: [String] = []
    func metric(_ name: String, _ type: String, _ help: String, _ values: [(labels: String, value: String)]) {
      lines.append("# HELP \(name) \(help)")
      lines.append("# TYPE \(name) \(type)")
      for (labels, value) in values { lines.append("\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value)") }
    }
    metric("aor_exchanges_active", "gauge", "Exchanges under way.", [("", "\(counter.active)")])
    metric(
      "aor_exchanges_total", "counter", "Finished exchanges by the status the client got.",
      counter.statuses.sorted { $0.key < $1.key }.map { ("status=\"\($0.key)\"", "\($0.value)") })
    metric(
      "aor_tokens_total", "counter", "Tokens as the upstreams counted them.",
      [("kind=\"input\"", "\(counter.tokens.input)"), ("kind=\"output\"", "\(counter.tokens.output)")])
    metric("aor_connections", "gauge", "Open client connections.", [("", "\(gateway.connections.count)")])
    metric(
      "aor_connections_ended_total", "counter", "Client connections that the gateway ended itself, by reason.",
      ConnectionEnd.allCases.map { ("reason=\"\($0.rawValue)\"", "\(gateway.connections.ends[$0] ?? 0)") })
    metric(
      "aor_request_body_bytes", "gauge", "Bytes that request bodies over 64 KiB hold.",
      [("", "\(gateway.bodyMemory.bytes)")])
    metric(
      "aor_records_dropped_total", "counter", "Exchange records that could not be kept.",
      [("", "\(gateway.recorder.droppedCount)")])
    metric(
      "aor_configuration_generation", "gauge", "Generation of the active configuration.",
      [("", "\(gateway.snapshots.current.generation)")])
    return lines.joined(separator: "\n") + "\n"
  }
}
