import NIOConcurrencyHelpers
import NIOCore
import Upstream

/// A transport that plays answers instead of making calls, and keeps what it was asked.
final class ScriptedUpstream: HTTPTransport {
  /// What one call gets.
  struct Answer: Sendable {
    var status = 200
    var headers: [(name: String, value: String)] = [("content-type", "application/json")]
    var pieces: [String] = []
    var error: UpstreamError?
    /// Whether the answer stays open after its pieces, until `finish` or the client's leaving.
    var staysOpen = false
    /// How often the last piece comes again, whenever the receiver does not pause.
    var repeats = 0

    static func json(_ body: String, status: Int = 200, headers: [(name: String, value: String)] = []) -> Answer {
      Answer(status: status, headers: [("content-type", "application/json")] + headers, pieces: [body])
    }

    static func stream(_ pieces: [String], error: UpstreamError? = nil, staysOpen: Bool = false) -> Answer {
      Answer(
        headers: [("content-type", "text/event-stream")], pieces: pieces, error: error, staysOpen: staysOpen)
    }

    static func failing(_ error: UpstreamError) -> Answer { Answer(status: 0, error: error) }
  }

  /// What happened to the calls.
  struct Counts: Sendable {
    let started = Count()
    let played = Count()
    let pauses = Count()
    let resumes = Count()
    let cancellations = Count()
    let repeats = Count()
  }

  let counts = Counts()
  private let answer: @Sendable (UpstreamRequest) -> Answer
  private let asked = NIOLockedValueBox<[UpstreamRequest]>([])
  private let calls = NIOLockedValueBox<[(call: NIOLoopBound<Call>, eventLoop: any EventLoop)]>([])

  init(_ answer: @escaping @Sendable (UpstreamRequest) -> Answer) { self.answer = answer }

  /// The same answer to every call.
  convenience init(_ answer: Answer) { self.init { _ in answer } }

  var requests: [UpstreamRequest] { asked.withLockedValue { $0 } }
  var cancelled: Int { counts.cancellations.value }

  func start(
    _ request: UpstreamRequest, on eventLoop: any EventLoop, receiver: any UpstreamReceiver
  ) -> any UpstreamCall {
    asked.withLockedValue { $0.append(request) }
    let call = Call(receiver, eventLoop, counts)
    let bound = NIOLoopBound(call, eventLoop: eventLoop)
    calls.withLockedValue { $0.append((bound, eventLoop)) }
    counts.started.add()
    let answer = answer(request)
    eventLoop.execute { bound.value.play(answer) }
    return call
  }

  /// Sends another piece to every open call.
  func push(_ piece: String) {
    for (call, eventLoop) in calls.withLockedValue({ $0 }) { eventLoop.execute { call.value.push(piece) } }
  }

  /// Ends every open call.
  func finish(_ error: UpstreamError? = nil) {
    for (call, eventLoop) in calls.withLockedValue({ $0 }) { eventLoop.execute { call.value.finish(error) } }
  }

  /// How many receivers of calls are still in memory, once the loops have done what is due.
  func livingReceivers() async throws -> Int {
    var count = 0
    for (call, eventLoop) in calls.withLockedValue({ $0 }) {
      let isAlive = try await eventLoop.submit { call.value.isReceiverAlive }.get()
      count += isAlive ? 1 : 0
    }
    return count
  }

  func rest(on eventLoop: any EventLoop) -> EventLoopFuture<Void> { eventLoop.makeSucceededVoidFuture() }

  func shutdown() async {}

  private final class Call: UpstreamCall {
    private var receiver: (any UpstreamReceiver)?
    private weak var observed: (any UpstreamReceiver)?
    private let eventLoop: any EventLoop
    private let counts: Counts
    private var isPaused = false
    private var left = 0
    private var repeated = ByteBuffer()

    init(_ receiver: any UpstreamReceiver, _ eventLoop: any EventLoop, _ counts: Counts) {
      self.receiver = receiver
      self.eventLoop = eventLoop
      self.counts = counts
      observed = receiver
    }

    var isReceiverAlive: Bool { observed != nil }

    func play(_ answer: Answer) {
      if answer.status > 0 {
        receiver?.upstreamHead(UpstreamResponseHead(status: answer.status, headers: answer.headers))
      }
      for piece in answer.pieces { push(piece) }
      counts.played.add()
      if answer.repeats > 0, let last = answer.pieces.last {
        left = answer.repeats
        repeated = ByteBuffer(string: last)
        return repeatPiece()
      }
      if !answer.staysOpen { finish(answer.error) }
    }

    func push(_ piece: String) { receiver?.upstreamBody(ByteBuffer(string: piece), isLast: false) }

    func finish(_ error: UpstreamError?) {
      let ended = receiver
      receiver = nil
      ended?.upstreamEnd(error)
    }

    private func repeatPiece() {
      guard !isPaused, receiver != nil else { return }
      guard left > 0 else { return finish(nil) }
      left -= 1
      counts.repeats.add()
      receiver?.upstreamBody(repeated, isLast: false)
      let this = NIOLoopBound(self, eventLoop: eventLoop)
      eventLoop.execute { this.value.repeatPiece() }
    }

    func pause() {
      isPaused = true
      counts.pauses.add()
    }

    func resume() {
      isPaused = false
      counts.resumes.add()
      let this = NIOLoopBound(self, eventLoop: eventLoop)
      eventLoop.execute { this.value.repeatPiece() }
    }

    func cancel() {
      guard receiver != nil else { return }
      receiver = nil
      counts.cancellations.add()
    }
  }
}

extension UpstreamRequest {
  var text: String { body.map { String(buffer: $0) } ?? "" }

  func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
}
