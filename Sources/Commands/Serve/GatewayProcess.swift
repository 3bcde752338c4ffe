import Console
import Dialects
import Foundation
import Gateway
import NIOCore
import NIOPosix
import Routing
import Store
import Upstream

/// A gateway with everything that is plugged into it, for as long as this process serves.
final class GatewayProcess {
  private let context: CommandContext
  private let group: MultiThreadedEventLoopGroup
  private let transport: CurlTransport
  private let watch: ConfigurationWatch
  private let recorder: BatchingRecorder
  /// Nil where no lines are wanted.
  private let lines: ExchangeLineRecorder?
  private let server: GatewayServer
  /// Heard before the port is open: whoever has got an answer may tell us to stop.
  private let signals = StopSignals()
  private let startedAt: Int64
  private var socket: ControlSocket?
  private var socketPath: String?

  /// More loops than cores help nobody; a laptop's gateway is idle most of the time.
  private static let eventLoopCount = min(4, UsableCores.count)

  init(context: CommandContext, store: Store, defaultGroup: String?) async throws {
    self.context = context
    let error = context.streams.error
    watch = try ConfigurationWatch(store: store) { event in
      if case .failed(let reason) = event {
        try? error.writeLine(error.style.warning("warning:") + " the configuration was not taken over: \(reason)")
      }
    }
    group = MultiThreadedEventLoopGroup(numberOfThreads: Self.eventLoopCount)
    transport = CurlTransport(group: group)
    recorder = BatchingRecorder(store: store)
    lines = context.isQuiet ? nil : ExchangeLineRecorder(next: recorder, stream: error)
    startedAt = Int64(context.now().timeIntervalSince1970 * 1000)
    server = GatewayServer(
      group: group, snapshots: watch, recorder: lines ?? recorder, transport: transport, clock: .system,
      identity: GatewayIdentity(version: VersionNumber.current, seals: SealMark(try store.mark()) ?? .none),
      defaultGroup: defaultGroup, connectionCeiling: Self.connectionCeiling(descriptors: DescriptorLimit.raise()))
  }

  /// The most client connections under a limit of descriptors: each may need another one for an upstream, some are
  /// told that there is no room, and the gateway itself has databases, event loops and its log.
  static func connectionCeiling(descriptors: Int) -> Int { max(8, (descriptors - 128) / 2) }

  /// Opens the port and the control socket; returns the URL to call.
  func listen(_ address: ListenAddress) async throws -> String {
    let directories = try context.directories()
    var bound = address
    signals.waitUntilHeard()
    do {
      bound.port = try await server.listen(host: address.host, port: address.port)
    } catch {
      throw address.translate(error, in: directories)
    }
    try directories.prepareRuntime()
    let path = directories.socket(ofProcess: getpid())
    unlink(path)
    socket = try await ControlSocket.listen(at: path, group: group, handlers: handlers(url: bound.url))
    chmod(path, 0o600)
    socketPath = path
    return bound.url
  }

  private func handlers(url: String) -> ControlSocket.Handlers {
    let (server, watch, recorder, startedAt) = (server, watch, recorder, startedAt)
    return ControlSocket.Handlers(
      reload: { _ in (try? watch.refresh()) ?? watch.current.generation },
      status: {
        let status = GatewayStatus(
          pid: getpid(), address: url, generation: watch.current.generation, startedAt: startedAt,
          exchanges: Int(clamping: server.exchangeCount), dropped: recorder.droppedCount,
          version: VersionNumber.current)
        let data = try? JSONEncoder().encode(status)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
      },
      record: {
        // Records wait for others for a quarter of a second, longer only where the log cannot be written.
        let deadline = ContinuousClock.now + .milliseconds(400)
        while recorder.status.queued > 0, ContinuousClock.now < deadline {
          try? await Task.sleep(for: .milliseconds(5))
        }
      })
  }

  /// Serves until told to stop, then lets answers finish; a second signal cuts them.
  func serve() async throws {
    let signals = signals
    await signals.next()
    if server.activeCount > 0 {
      context.note("stopping: waiting for \(server.activeCount) answers to finish (again to cut them)")
    }
    let server = server
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await server.drain() }
      tasks.addTask {
        await signals.next()
        if !Task.isCancelled { server.abort() }
      }
      await tasks.next()
      server.abort()
      signals.finish()
      tasks.cancelAll()
    }
  }

  /// Flushes the records and frees the threads.
  func close() async {
    await socket?.close()
    if let socketPath { unlink(socketPath) }
    watch.stop()
    let lost = recorder.flush()
    lines?.flush()
    if lost > 0 { context.warn("\(lost) exchanges could not be recorded") }
    await transport.shutdown()
    try? await group.shutdownGracefully()
  }
}

extension GatewayClock {
  /// The system's clock.
  static let system = GatewayClock { Int64(Date().timeIntervalSince1970 * 1000) }
}
