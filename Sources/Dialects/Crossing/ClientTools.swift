import Conversation
import Wire

/// Responses' own tools that the client runs, for upstreams that know functions only: `local_shell`, `shell` and
/// `apply_patch` on the user's machine, and a `tool_search` of the client's.
///
/// They become functions, their items in the history calls and results, and calls of those functions become items again.
/// What a search or an `additional_tools` item brought becomes declared tools.
/// Formats: https://developers.openai.com/api/docs/guides/tools-local-shell, …/tools-shell, …/tools-apply-patch,
/// …/tools-tool-search
public struct ClientTools: Sendable {
  /// What the upstream lacks.
  struct Missing: Sendable {
    var shellAndPatch: Bool
    var toolSearch: Bool

    init(_ upstream: DialectID, _ quirks: Quirks) {
      let isResponses = upstream == .openAIResponses
      shellAndPatch = !isResponses || !quirks.customTools
      toolSearch = !isResponses || !quirks.namespaceTools
    }

    func includes(_ kind: ClientToolKind) -> Bool { kind == .toolSearch ? toolSearch : shellAndPatch }
  }

  /// The functions declared for them, by name.
  private(set) var functions: [String: ClientToolKind] = [:]

  /// Whether answers may hold calls of them.
  public var isActive: Bool { !functions.isEmpty }

  init() {}

  init(_ request: inout ConversationRequest, for upstream: DialectID, _ quirks: Quirks) {
    let missing = Missing(upstream, quirks)
    guard missing.shellAndPatch || missing.toolSearch, Self.isNeeded(request) else { return }
    if missing.toolSearch { Self.declareFound(in: &request) }
    declare(missing, in: &request)
    var history = ClientToolHistory(missing, names: Dictionary(functions.map { ($1, $0) }) { first, _ in first })
    history.lower(&request.messages)
  }

  private static func isNeeded(_ request: ConversationRequest) -> Bool {
    func isOwn(_ opaque: OpaquePart) -> Bool { opaque.dialect == .openAIResponses }
    return request.tools.contains { if case .opaque(let opaque) = $0.kind { isOwn(opaque) } else { false } }
      || request.messages.holdOpaqueParts
        && request.messages.contains { message in
          message.parts.contains { if case .opaque(let opaque) = $0.content { isOwn(opaque) } else { false } }
        }
  }

  /// Declares the tools that items of the history brought; of two with one name the first counts.
  private static func declareFound(in request: inout ConversationRequest) {
    struct Name: Hashable { var name: String, namespace: String? }
    var known = Set(request.tools.map { Name(name: $0.name, namespace: $0.namespace?.name) })
    for part in request.messages.flatMap(\.parts) {
      guard case .opaque(let opaque) = part.content, opaque.dialect == .openAIResponses,
        opaque.type == "additional_tools" || opaque.type == "tool_search_output", let tools = opaque.json["tools"]
      else { continue }
      for (index, element) in tools.elements.enumerated() {
        let place = LossPlace.join(opaque.path, "tools[\(index)]")
        let found = (try? OpenAIResponses.readTools(element, path: place)) ?? []
        for tool in found
        where tool.name.isEmpty || known.insert(Name(name: tool.name, namespace: tool.namespace?.name)).inserted {
          request.tools.append(tool)
        }
      }
    }
  }

  private mutating func declare(_ missing: Missing, in request: inout ConversationRequest) {
    var taken = Set(request.tools.map(\.name))
    for index in request.tools.indices {
      guard case .opaque(let opaque) = request.tools[index].kind, opaque.dialect == .openAIResponses,
        let kind = ClientToolKind(tool: opaque.json), missing.includes(kind)
      else { continue }
      var name = kind.rawValue
      while taken.contains(name) { name += "_tool" }
      taken.insert(name)
      functions[name] = kind
      let place = request.tools[index].place
      request.tools[index] = kind.function(named: name, for: opaque.json).declared(at: place)
      if case .opaque(let choice)? = request.toolChoice, choice.dialect == .openAIResponses,
        choice.type == kind.rawValue
      {
        request.toolChoice = .tool(name: name, kind: .function)
      }
    }
  }

  // MARK: - Answers

  /// A whole answer with the client's items in it.
  func raise(_ response: ConversationResponse) -> ConversationResponse {
    guard isActive else { return response }
    var response = response
    for candidate in response.candidates.indices {
      for part in response.candidates[candidate].parts.indices {
        let raised = raise(response.candidates[candidate].parts[part])
        response.candidates[candidate].parts[part] = raised
      }
    }
    return response
  }

  /// The item that a call is to the client; a call whose input is not what the tool takes stays a call, which the client
  /// refuses in its own words.
  func raise(_ part: Part) -> Part {
    guard case .toolCall(let call) = part.content, call.kind == .function, call.namespace == nil,
      let kind = functions[call.name], let input = call.object, let callID = call.id,
      let item = kind.item(input, callID: callID)
    else { return part }
    return Part(.opaque(OpaquePart(.openAIResponses, item)), state: part.state)
  }
}

/// The streaming side of `ClientTools.raise`: one per stream.
///
/// An item goes out whole, so the pieces of its call wait for the last one.
struct ClientToolRaising: Sendable {
  /// A call whose input is still coming; kept apart from its beginning, so that it grows in place.
  private struct Waiting {
    var start: PartStart
    var input: String
  }

  private let tools: ClientTools
  private var waiting: [Int: Waiting] = [:]
  private var isOver = false
  /// The most bytes of one call's input.
  private static let limit = 16 * 1024 * 1024

  init(_ tools: ClientTools) { self.tools = tools }

  mutating func raise(_ event: ConversationEvent, into events: inout [ConversationEvent]) {
    guard !isOver else { return }
    switch event {
    case .partStarted(let start):
      guard case .toolCall(let call) = start.part.content, call.namespace == nil, tools.functions[call.name] != nil
      else {
        break
      }
      waiting[start.candidate] = Waiting(start: start, input: call.input)
      return
    case .partDelta(let delta):
      guard waiting[delta.candidate] != nil else { break }
      switch delta.delta {
      case .input(let piece): grow(delta.candidate, by: piece, into: &events)
      case .state(let state): waiting[delta.candidate]?.start.part.state = state
      default: break
      }
      return
    case .partFinished(let end):
      guard var start = taken(end.candidate) else { break }
      start.part = tools.raise(start.part)
      events.append(.partStarted(start))
    case .candidateFinished(let index, _):
      // A call cut short is told as far as it came.
      if let start = taken(index) {
        events.append(.partStarted(start))
        events.append(.partFinished(PartEnd(candidate: index, index: start.index)))
      }
    default: break
    }
    events.append(event)
  }

  private mutating func grow(_ candidate: Int, by piece: String, into events: inout [ConversationEvent]) {
    waiting[candidate]?.input += piece
    guard let count = waiting[candidate]?.input.utf8.count, count > Self.limit else { return }
    isOver = true
    events.append(.failed(UpstreamFailure(.badGateway, status: 502, message: "a tool call of the model is too long")))
  }

  /// The waiting call with all its input, which waits no more.
  private mutating func taken(_ candidate: Int) -> PartStart? {
    guard let waiting = waiting.removeValue(forKey: candidate), case .toolCall(var call) = waiting.start.part.content
    else { return nil }
    var start = waiting.start
    call.input = waiting.input
    start.part.content = .toolCall(call)
    return start
  }
}
