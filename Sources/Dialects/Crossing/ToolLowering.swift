import Conversation
import Wire

/// Makes a request's tools fit an upstream that knows less, and turns its answers back into what the client declared.
///
/// Freeform `custom` tools become functions with one string property, tools of a `namespace` get a qualified name, and
/// names are cut to the upstream's alphabet and length. The mapping follows from the request alone, so a replayed
/// history gets the same names, and no name is changed that need not be.
public struct ToolLowering: Sendable {
  /// What the upstream knows.
  public struct Capabilities: Sendable {
    /// What its protocol allows in names.
    public var naming: NamingRule
    /// Whether it takes freeform `custom` tools.
    public var customTools: Bool
    /// Whether it takes tools in a `namespace`.
    public var namespaces: Bool

    /// Describes an upstream.
    public init(naming: NamingRule, customTools: Bool, namespaces: Bool) {
      self.naming = naming
      self.customTools = customTools
      self.namespaces = namespaces
    }
  }

  /// A tool as the client knows it.
  struct Original: Sendable, Hashable {
    let name: ExactName
    let namespace: ExactName?
    let kind: ToolCall.Kind

    init(_ name: ExactName, _ namespace: ExactName?, _ kind: ToolCall.Kind) {
      (self.name, self.namespace, self.kind) = (name, namespace, kind)
    }

    init(_ name: String, in namespace: String? = nil, _ kind: ToolCall.Kind) {
      self.init(ExactName(name), namespace.map(ExactName.init), kind)
    }

    /// The other way to say this tool: Responses puts a tool that a search found into a namespace of its own name.
    var twin: Original? {
      guard namespace == nil || namespace == name else { return nil }
      return Original(name, namespace == nil ? name : nil, kind)
    }
  }

  /// The property a lowered custom tool takes its text in.
  static let inputProperty = "input"

  /// A name as the upstream sees it; the namespace is nil where it knows none.
  private struct Sent: Sendable, Hashable {
    let name: ExactName
    let namespace: ExactName?

    init(_ name: String, in namespace: String? = nil) {
      (self.name, self.namespace) = (ExactName(name), namespace.map(ExactName.init))
    }
  }

  private let capabilities: Capabilities
  /// The client's tools in its order, without duplicates.
  private var declared: [Original] = []
  /// The same, for looking them up.
  private var known: Set<Original> = []
  /// Whether one of them is in a namespace.
  private var hasNamespaces = false
  private var lowered: [Original: String] = [:]
  private var originals: [Sent: Original] = [:]
  private var taken: Set<Sent> = []

  /// Whether answers need no `raise`.
  public var isIdentity: Bool { originals.isEmpty }

  /// Plans the mapping for a request's tools and the calls in its history.
  public init(_ request: ConversationRequest, capabilities: Capabilities) {
    self.capabilities = capabilities
    var vendors: Set<ExactName> = []
    known.reserveCapacity(request.tools.count)
    taken.reserveCapacity(request.tools.count)
    for index in request.tools.indices {
      let tool = request.tools[index]
      if let original = Self.original(of: tool) {
        if original.namespace != nil { hasNamespaces = true }
        if knownTwin(of: original) != nil { continue }
        if known.insert(original).inserted { declared.append(original) }
      } else if !tool.name.isEmpty {
        taken.insert(Sent(tool.name))
        vendors.insert(ExactName(tool.name))
      }
    }
    // First what is declared, then what only the history knows: names must not change when the history grows.
    assignNames(declared)
    var historic: [Original] = []
    var met: Set<Original> = []
    for message in request.messages.indices {
      // By places: walking over the parts would copy each of them.
      for part in request.messages[message].parts.indices {
        guard let original = Self.original(of: request.messages[message].parts[part]) else { continue }
        // A call of a tool its vendor defined (`bash`) is that tool's, and keeps its name.
        if !vendors.isEmpty, original.namespace == nil, vendors.contains(original.name) { continue }
        if !known.contains(original), met.insert(original).inserted, declared(like: original) == nil {
          historic.append(original)
        }
      }
    }
    assignNames(historic)
  }

  /// The tool that a part calls; nil for what is no call.
  private static func original(of part: Part) -> Original? {
    guard case .toolCall(let call) = part.content else { return nil }
    return Original(call.name, in: call.namespace, call.kind)
  }

  /// Names that fit stay; the others wait until those are taken.
  private mutating func assignNames(_ tools: [Original]) {
    var pending: [Original] = []
    for tool in tools {
      let sent = Sent(tool.name.text, in: capabilities.namespaces ? tool.namespace?.text : nil)
      let keepsNamespace = tool.namespace == nil || capabilities.namespaces
      guard keepsNamespace, capabilities.naming.tools.allows(tool.name.text), taken.insert(sent).inserted else {
        pending.append(tool)
        continue
      }
      if tool.kind == .custom, !capabilities.customTools { map(tool, to: sent) }
    }
    for tool in pending {
      let sent = freeName(for: tool)
      taken.insert(sent)
      map(tool, to: sent)
    }
  }

  private mutating func map(_ tool: Original, to sent: Sent) {
    lowered[tool] = sent.name.text
    originals[sent] = tool
  }

  /// The declared tool that a call or choice means: itself, or the first of its name where kind or namespace differ
  /// because the client left them out or has changed its mind.
  private func declared(like tool: Original) -> Original? {
    if lowered[tool] != nil || known.contains(tool) { return tool }
    if let twin = knownTwin(of: tool) { return twin }
    return declared.first { $0.name == tool.name && $0.namespace == tool.namespace }
      ?? (tool.namespace == nil ? declared.first { $0.name == tool.name } : nil)
  }

  /// The declared tool that is another way to say `tool`.
  private func knownTwin(of tool: Original) -> Original? {
    guard hasNamespaces || tool.namespace != nil, let twin = tool.twin, known.contains(twin) else { return nil }
    return twin
  }

  /// The upstream's name of a tool the client calls `tool`.
  private func sentName(of tool: Original) -> String {
    let meant = declared(like: tool) ?? tool
    return lowered[meant] ?? meant.name.text
  }

  private static func original(of tool: Tool) -> Original? {
    switch tool.kind {
    case .function: Original(tool.name, in: tool.namespace?.name, .function)
    case .custom: Original(tool.name, in: tool.namespace?.name, .custom)
    case .hosted, .opaque: nil
    }
  }

  // MARK: - Names

  private func freeName(for original: Original) -> Sent {
    let (name, namespace) = (original.name.text, original.namespace?.text)
    let keptNamespace = capabilities.namespaces ? namespace : nil
    let qualified = namespace.map { namespace in
      capabilities.namespaces || name.utf8.starts(with: namespace.utf8) ? name : "\(namespace)__\(name)"
    }
    let wanted = qualified ?? name
    let free = capabilities.naming.tools.fit(
      wanted.isEmpty ? "tool" : wanted, whole: "\(namespace ?? "")/\(name)"
    ) { taken.contains(Sent($0, in: keptNamespace)) }
    return Sent(free, in: keptNamespace)
  }

  // MARK: - Requests

  /// The request as the upstream may see it.
  public func lower(_ request: ConversationRequest, losses: inout Losses) -> ConversationRequest {
    var request = request
    if !isIdentity || hasNamespaces { request.tools = request.tools.map { lower($0, &losses) } }
    let repeated = Self.repeatedNames(request.tools)
    for index in repeated {
      losses.add(request.tools[index].place, "a second tool named \(request.tools[index].name) was left out")
    }
    if !repeated.isEmpty {
      let gone = Set(repeated)
      request.tools = request.tools.indices.filter { !gone.contains($0) }.map { request.tools[$0] }
    }
    guard !isIdentity else { return request }
    switch request.toolChoice {
    case .tool(let name, let kind):
      let sent = sentName(of: Original(name, kind))
      request.toolChoice = .tool(name: sent, kind: loweredKind(kind))
    case .allowed(let names, let required):
      let sent = names.map { sentName(of: Original($0, .function)) }
      request.toolChoice = .allowed(names: sent, required: required)
    default: break
    }
    var names: [String: String] = [:]
    for message in request.messages.indices {
      for part in request.messages[message].parts.indices {
        lower(&request.messages[message].parts[part], &names, &losses)
      }
    }
    return request
  }

  /// Where tools stand whose names were there before, in order.
  private static func repeatedNames(_ tools: [Tool]) -> [Int] {
    var seen: Set<Sent> = []
    seen.reserveCapacity(tools.count)
    return tools.indices.filter { index in
      let name = tools[index].name
      return !name.isEmpty && !seen.insert(Sent(name, in: tools[index].namespace?.name)).inserted
    }
  }

  private func loweredKind(_ kind: ToolCall.Kind) -> ToolCall.Kind {
    kind == .custom && !capabilities.customTools ? .function : kind
  }

  private func lower(_ tool: Tool, _ losses: inout Losses) -> Tool {
    guard let original = Self.original(of: tool),
      let name = lowered[original] ?? knownTwin(of: original).map(sentName)
    else { return tool }
    var tool = tool
    tool.name = name
    if !capabilities.namespaces { tool.namespace = nil }
    guard case .custom(let format) = tool.kind, !capabilities.customTools else { return tool }
    var description = tool.description ?? ""
    if let definition = format?["definition"]?.string {
      let syntax = format?["syntax"]?.string ?? "grammar"
      description += (description.isEmpty ? "" : "\n\n") + "The input must match this \(syntax) grammar:\n\(definition)"
    }
    tool.description = description.isEmpty ? nil : description
    tool.kind = .function(schema: Self.inputSchema, strict: nil)
    declareLost(tool.extensions, &losses)
    tool.forgetExtensions()
    return tool
  }

  private static let inputSchema = JSON { writer in
    writer.object {
      $0.member("type", static: "object")
      $0.object("properties") {
        $0.object("input") { $0.member("type", static: "string") }
      }
      $0.array("required") { $0.string(static: "input") }
      $0.member("additionalProperties", false)
    }
  }

  /// Drops what a protocol's custom tool or call had and a function has not.
  private func declareLost(_ extensions: Extensions?, _ losses: inout Losses) {
    guard let lost = extensions else { return }
    for member in lost.residue.rest where !member.value.isNull {
      let prefix = lost.path.isEmpty ? "" : lost.path + "."
      losses.add(prefix + member.key, "left out with the custom tool, which the provider gets as a function")
    }
  }

  /// `names` remembers the upstream's name of each call for its result.
  private func lower(_ part: inout Part, _ names: inout [String: String], _ losses: inout Losses) {
    switch part.content {
    case .toolCall(var call):
      call.name = sentName(of: Original(call.name, in: call.namespace, call.kind))
      if let id = call.id { names[id] = call.name }
      if !capabilities.namespaces { call.namespace = nil }
      if call.kind == .custom, !capabilities.customTools {
        let text = call.input
        call.kind = .function
        call.input = JSON { $0.object { $0.member("input", text) } }.text
        call.itemID = nil
        declareLost(part.extensions, &losses)
        part = part.bare(part.content)
      }
      part.content = .toolCall(call)
    case .toolResult(var result):
      if result.kind == .custom, !capabilities.customTools {
        result.kind = .function
        result.itemID = nil
        declareLost(part.extensions, &losses)
        part = part.bare(part.content)
      }
      if let name = result.name {
        result.name = result.callID.flatMap { names[$0] } ?? sentName(of: Original(name, result.kind))
      }
      part.content = .toolResult(result)
    default: break
    }
  }

  // MARK: - Answers

  func original(of call: ToolCall) -> Original? {
    originals[Sent(call.name, in: capabilities.namespaces ? call.namespace : nil)]
  }

  /// A whole answer with the client's tools in it.
  public func raise(_ response: ConversationResponse) -> ConversationResponse {
    guard !isIdentity else { return response }
    var response = response
    for candidate in response.candidates.indices {
      for part in response.candidates[candidate].parts.indices {
        guard case .toolCall(var call) = response.candidates[candidate].parts[part].content,
          let original = original(of: call)
        else { continue }
        call.name = original.name.text
        call.namespace = original.namespace?.text
        if original.kind == .custom, call.kind == .function {
          call.kind = .custom
          var unwrapper = StringMemberUnwrapper()
          call.input = unwrapper.feed(call.input) + unwrapper.finish()
        }
        response.candidates[candidate].parts[part].content = .toolCall(call)
      }
    }
    return response
  }
}
