import Conversation
import Wire

/// The only translation decision: how a client's body becomes an upstream's, and what is needed for the way back.
public struct Crossing: Sendable {
  /// Which of the three ways the bodies take.
  public enum Path: Sendable, Hashable {
    /// One protocol, no edit but the model's name.
    case verbatim
    /// One protocol, edited as the provider's quirks demand.
    case patched
    /// Through reader and writer.
    case translated
  }

  /// The upstream's body.
  public enum Body: Sendable {
    /// The client's bytes with these edits.
    case spliced(Splice)
    case written([UInt8])
  }

  /// The way the bodies take.
  public let path: Path
  /// What the upstream is sent.
  public private(set) var body: Body
  /// What could not be said.
  public let losses: Losses
  /// Turns the answer back into what the client asked for.
  public let raising: AnswerRaising
  /// The answer's usage chunk was asked for by us only.
  public let hidesUsage: Bool
  /// Whether the answer's bytes may be relayed as they come.
  public var relaysAnswer: Bool { path != .translated && !rewritesAnswer }
  /// One protocol, but the body went through reader and writer, so the answer does too.
  private let rewritesAnswer: Bool

  /// Lets go of the body, which nothing of the way back needs.
  public mutating func releaseBody() { body = .written([]) }

  /// Whether `bytes` can go to the upstream without being read into a conversation.
  public static func isDirect(
    _ inbound: InboundRequest, _ bytes: UnsafeRawBufferPointer, to upstream: DialectID, _ quirks: Quirks
  ) -> Bool {
    guard inbound.dialect == upstream, !inbound.hasSeal else { return false }
    return !ByteSearch.containsAny(of: readerWords(upstream, quirks), in: bytes)
  }

  /// Words that show that a body may hold what this provider does not know and no splice can mend.
  ///
  /// Meeting one by chance only costs the longer way.
  private static func readerWords(_ dialect: DialectID, _ quirks: Quirks) -> [StaticString] {
    var words: [StaticString] = []
    switch dialect {
    case .openAIChat:
      if !quirks.customTools { words.append("\"custom\"") }
      if quirks.reasoningReplay == .never {
        words += ["\"reasoning_content\"", "\"reasoning\"", "\"reasoning_details\""]
      }
      if !quirks.imageInput { words.append("\"image_url\"") }
    case .openAIResponses:
      if !quirks.customTools {
        words += [
          "\"custom\"", "\"custom_tool_call\"", "\"local_shell", "\"shell", "\"apply_patch\"", "\"apply_patch_call",
        ]
      }
      if !quirks.namespaceTools { words += ["\"namespace\"", "\"tool_search", "\"additional_tools\""] }
      if !quirks.hostedTools {
        words += [
          "\"web_search", "\"code_interpreter\"", "\"file_search\"", "\"mcp\"", "\"image_generation\"", "\"computer",
        ]
      }
      if !quirks.compaction { words += ["\"compaction", "\"context_compaction\""] }
      if !quirks.imageInput { words.append("\"input_image\"") }
    case .anthropic:
      words.append("\"srvtoolu_aor_")
      if quirks.stripBetas {
        words += [
          "\"context_management\"", "\"output_config\"", "\"output_format\"", "\"defer_loading\"",
          "\"input_examples\"", "\"speed\"", "\"diagnostics\"", "\"safeguards\"", "\"eager_input_streaming\"",
          "\"allowed_callers\"", "\"strict\"", "\"display\"", "\"caller\"", "\"mcp_servers\"", "\"container\"",
          "\"inference_geo\"", "\"fallbacks\"", "\"tool_reference\"", "\"tool_search_tool_", "\"mcp_toolset\"",
          "\"user_profile_id\"", "\"workspace_id\"", "\"betas\"", "\"fallback_credit_token\"", "\"billing_policy\"",
          "\"compaction\"", "\"thread\"", "\"role\":\"system\"", "\"role\": \"system\"", "x-anthropic-billing-header",
          "\"computer_2",
        ]
        words += AnthropicClientTool.words
      }
      if quirks.thinkingStyle == .budget { words.append("\"adaptive\"") }
      if !quirks.imageInput { words.append("\"image\"") }
    case .gemini:
      if !quirks.imageInput { words += ["\"inlineData\"", "\"inline_data\"", "\"fileData\"", "\"file_data\""] }
    }
    return words
  }

  /// Passes a body on in its own protocol.
  ///
  /// Requires `isDirect`.
  public static func direct(_ inbound: InboundRequest, _ bytes: UnsafeRawBufferPointer, for target: RequestTarget)
    -> Crossing
  {
    var patch = BodyPatch(inbound, bytes)
    if inbound.line.model == nil { patch.setModel(target.model) }
    if inbound.dialect == .openAIChat { patch.applyChat(target.quirks, isStream: inbound.isStream) }
    if let key = cacheKey(for: target, at: inbound.dialect) { patch.addCacheKey(key) }
    var losses = Losses()
    if inbound.dialect == .openAIResponses, !target.quirks.itemIDs { patch.stripItemIDs(losses: &losses) }
    patch.strip(target.quirks.stripFields, losses: &losses)
    return Crossing(
      path: patch.isPatched ? .patched : .verbatim, body: .spliced(patch.splice), losses: losses,
      raising: .none, hidesUsage: patch.hidesUsage, rewritesAnswer: false)
  }

  /// The edits of a body that is no conversation (embeddings, a conversation to compact) for a provider that has the
  /// operation itself: the model's name, and without the members the provider refuses.
  public static func passedOn(
    _ inbound: InboundRequest, _ bytes: UnsafeRawBufferPointer, for target: RequestTarget, losses: inout Losses
  ) -> Splice {
    var patch = BodyPatch(inbound, bytes)
    if inbound.scan.member("model", in: bytes) != nil { patch.setModel(target.model) }
    patch.strip(target.quirks.stripFields, losses: &losses)
    return patch.splice
  }

  /// Takes a conversation into the upstream's protocol.
  ///
  /// - Throws: `DialectError` where it cannot be said at all.
  public static func translated(
    _ conversation: ConversationRequest, from client: DialectID, to upstream: any Dialect, for target: RequestTarget
  ) throws(DialectError) -> Crossing {
    var request = conversation
    var losses = Losses()
    let isSame = client == upstream.id
    if !isSame || target.quirks.stripBetas {
      TurnDirectives.apply(&request)
      ToolReferences.apply(&request.messages)
      AnthropicClientTool.declare(in: &request.tools)
    }
    let compaction = Compaction(&request, for: upstream.id, target.quirks)
    let clientTools = ClientTools(&request, for: upstream.id, target.quirks)
    DeferredTools.declareAll(in: &request, for: upstream.id, target.quirks)
    HostedHistory.apply(&request.messages, for: upstream.id, target.origin)
    CompactedHistory.apply(&request.messages, for: upstream.id, target.quirks, losses: &losses)
    if !isSame {
      if let refusal = KeptByVendor(request).refusal(by: upstream.id.displayName) { throw refusal }
      // Anthropic itself refuses these, and a client that speaks it relies on being told.
      if client == .anthropic, let orphan = ToolPairing.orphan(in: request.messages) {
        throw DialectError(
          "unexpected `tool_use_id` found in `tool_result` blocks: \(orphan.id) names no `tool_use` block before it",
          path: "messages.\(orphan.position)")
      }
      if client == .gemini { ThoughtJoining.apply(&request.messages) }
      ToolPairing.repair(&request.messages, for: upstream.id, losses: &losses)
      CallIDs.fit(&request.messages, for: upstream.id)
      // Only Anthropic knows effort without thinking; elsewhere the word would switch thinking on.
      if request.reasoning?.isEnabled == false, let effort = request.reasoning?.effort, effort != "none" {
        request.reasoning?.effort = nil
        losses.add(.effort, "`\(effort)` without thinking has no equivalent")
      }
      EffortLimit.apply(&request, for: upstream.id, target.quirks, losses: &losses)
      OutputLimit.apply(&request.sampling, target.quirks, losses: &losses)
    }
    if !target.quirks.hostedTools, !isSame || upstream.id == .openAIResponses {
      HostedTools.leaveOut(of: &request, losses: &losses)
    }
    let emulation = JSONObjectEmulation(&request, for: upstream.id)
    if !target.quirks.imageInput { ImageMarker.apply(&request.messages, losses: &losses) }
    let lowering = ToolLowering(request, capabilities: capabilities(of: upstream, target.quirks))
    request = lowering.lower(request, losses: &losses)
    let properties = ToolProperties(&request, naming: isSame ? nil : upstream.naming.properties, losses: &losses)
    if upstream.id == .openAIResponses { releaseItems(of: &request.messages, target.origin) }
    request.model = target.model
    request.cacheKey = request.cacheKey ?? cacheKey(for: target, at: upstream.id)
    var body = try upstream.writeRequest(request, for: target, losses: &losses)
    if upstream.id == .openAIResponses, !target.quirks.itemIDs { body = ItemIDs.strip(from: body, losses: &losses) }
    body = strip(target.quirks.stripFields, from: body, of: upstream, losses: &losses)
    losses.name(as: DialectCatalog.dialect(client), in: conversation.extensions)
    return Crossing(
      path: isSame ? .patched : .translated, body: .written(body), losses: losses,
      raising: AnswerRaising(
        lowering, emulation, CallInputCheck(from: client, to: upstream.id), properties, compaction, clientTools),
      hidesUsage: false, rewritesAnswer: true)
  }

  /// The agent's session as a `prompt_cache_key`, where the provider wants one: turns of one session then meet the cache
  /// that the last one filled.
  private static func cacheKey(for target: RequestTarget, at upstream: DialectID) -> String? {
    guard target.quirks.sessionCacheKey, upstream == .openAIChat || upstream == .openAIResponses else { return nil }
    return target.session
  }

  /// Responses refuses items by their id where the reasoning they came with is left out.
  private static func releaseItems(of messages: inout [Message], _ origin: SealOrigin?) {
    for index in messages.indices where messages[index].role == .assistant {
      let losesReasoning = messages[index].parts.contains { part in
        guard case .reasoning = part.content else { return false }
        if let state = part.state { return !state.belongs(to: .openAIResponses, origin) }
        // What a note held.
        return part.extensions.own(.openAIResponses)?.source["encrypted_content"]?.isString == true
      }
      if losesReasoning { messages[index].forgetItems() }
    }
  }

  /// Why an item of reasoning that is nothing but its id is left out.
  public static let statelessReasoning = "reasoning without state is refused"

  /// Why a member is taken out.
  static let refused = "this provider does not take it"

  private static func capabilities(of dialect: any Dialect, _ quirks: Quirks) -> ToolLowering.Capabilities {
    switch dialect.id {
    case .openAIResponses:
      ToolLowering.Capabilities(
        naming: dialect.naming, customTools: quirks.customTools, namespaces: quirks.namespaceTools)
    case .openAIChat:
      ToolLowering.Capabilities(naming: dialect.naming, customTools: quirks.customTools, namespaces: false)
    case .anthropic, .gemini:
      ToolLowering.Capabilities(naming: dialect.naming, customTools: false, namespaces: false)
    }
  }

  private static func strip(
    _ names: [String], from body: [UInt8], of upstream: any Dialect, losses: inout Losses
  ) -> [UInt8] {
    guard !names.isEmpty, let value = try? JSON(parsing: body) else { return body }
    for member in value.members where names.contains(member.key) {
      losses.add(upstream.place(named: member.key), refused)
    }
    var writer = JSONWriter()
    writer.object { writer in
      for member in value.members where !names.contains(member.key) {
        writer.key(named: member.key)
        writer.value(member.value)
      }
    }
    return writer.finish()
  }
}

extension AnswerRaising {
  /// Changes nothing.
  static let none: AnswerRaising = {
    var request = ConversationRequest(model: "")
    let capabilities = ToolLowering.Capabilities(
      naming: NamingRule(tools: Alphabet(maxLength: 128, punctuation: "_-")),
      customTools: true, namespaces: true)
    return AnswerRaising(
      ToolLowering(request, capabilities: capabilities), JSONObjectEmulation(&request, for: .openAIChat),
      CallInputCheck(from: .openAIChat, to: .openAIChat))
  }()
}
