import Conversation
import Wire

extension OpenAIChat {
  /// The tool calls of one streamed choice, told apart however the vendor marks them.
  struct StreamCalls: Sendable {
    /// One entry of `delta.tool_calls`.
    struct Update {
      var index: Int?
      /// Nil for none and for the empty ids some vendors repeat.
      var id: String?
      var kind: ToolCall.Kind?
      var name: String?
      var input = ""
      var extra: JSON?

      init(_ json: JSON) {
        for member in json.members {
          if member.isNamed("index") {
            index = member.value.int
          } else if member.isNamed("id") {
            id = member.value.string.flatMap { $0.isEmpty ? nil : $0 }
          } else if member.isNamed("function") {
            read(member.value)
          } else if member.isNamed("custom") {
            // Some servers send an empty one beside `function`.
            if let name = member.value["name"]?.string, !name.isEmpty { self.name = name }
            if let text = member.value["input"]?.string, !text.isEmpty { input += text }
            if json["function"]?.isObject != true { kind = .custom }
          } else if member.isNamed("extra_content"), member.value.isObject {
            extra = member.value
          }
        }
      }

      init(legacy json: JSON) { read(json) }

      init(input: String) { self.input = input }

      var hasAnything: Bool { name != nil || !input.isEmpty }

      private mutating func read(_ function: JSON) {
        if let name = function["name"]?.string, !name.isEmpty { self.name = name }
        guard let arguments = function["arguments"], !arguments.isNull else { return }
        // Some servers send the object itself.
        input += arguments.string ?? arguments.text
      }
    }

    /// The input of an update that is nothing but a piece of it, of a call that its index tells.
    static func input(of call: JSON) -> JSON? {
      let update = Update(call)
      guard update.index != nil, update.id == nil, update.name == nil, update.extra == nil else { return nil }
      return call["function"]?["arguments"] ?? call["custom"]?["input"]
    }

    private struct Call {
      var index: Int?
      var id: String?
      var kind: ToolCall.Kind = .function
      var name: String?
      /// Input that no event has carried yet.
      var pending = ""
      var hasInput = false
      var hasBegun = false
      var state: ReasoningState?
      var scan = ObjectScan()
    }

    private var calls: [Call] = []
    /// The most calls one choice may have; later deltas go to the last.
    private static let limit = 4096

    var hasNamed: Bool { calls.contains { $0.name != nil } }

    /// Whether there were calls and not one of them can be made.
    var hasNamelessOnly: Bool {
      !calls.isEmpty && !hasNamed && calls.contains { $0.id != nil || $0.hasInput }
    }

    func isNamed(_ position: Int) -> Bool { calls.indices.contains(position) && calls[position].name != nil }
    func hasBegun(_ position: Int) -> Bool { calls.indices.contains(position) && calls[position].hasBegun }
    func state(_ position: Int) -> ReasoningState? { calls.indices.contains(position) ? calls[position].state : nil }

    /// Whether nothing more is expected: a JSON object that is closed.
    ///
    /// Free text never tells.
    func isWhole(_ position: Int) -> Bool {
      guard calls.indices.contains(position) else { return true }
      return calls[position].kind == .custom || calls[position].scan.isWhole
    }

    /// What is known of a call when its part begins.
    func call(_ position: Int) -> ToolCall {
      guard calls.indices.contains(position) else { return ToolCall(id: nil, name: "", input: "") }
      let call = calls[position]
      return ToolCall(id: call.id, kind: call.kind, name: call.name ?? "", input: "")
    }

    mutating func begin(_ position: Int) {
      if calls.indices.contains(position) { calls[position].hasBegun = true }
    }

    mutating func keep(_ state: ReasoningState, at position: Int) {
      if calls.indices.contains(position) { calls[position].state = state }
    }

    /// Takes the input no event has carried.
    @discardableResult
    mutating func clearPending(_ position: Int) -> String {
      guard calls.indices.contains(position) else { return "" }
      let pending = calls[position].pending
      calls[position].pending = ""
      return pending
    }

    mutating func apply(_ update: Update, at position: Int) {
      guard calls.indices.contains(position) else { return }
      if calls[position].id == nil { calls[position].id = update.id }
      if calls[position].name == nil { calls[position].name = update.name }
      if let kind = update.kind { calls[position].kind = kind }
      guard !update.input.isEmpty else { return }
      calls[position].hasInput = true
      calls[position].pending += update.input
      calls[position].scan.read(update.input)
    }

    /// The call an update belongs to; a new one where it begins one.
    ///
    /// The index decides, unless a vendor uses one index for every call: then a new id or name behind a whole call
    /// begins the next. Without an index the id decides, and without an id the name.
    mutating func identify(_ update: Update) -> Int {
      if let id = update.id, let known = calls.lastIndex(where: { $0.id == id }),
        update.index == nil || calls[known].index == nil || calls[known].index == update.index
      {
        return known
      }
      let candidate = update.index.map { index in calls.lastIndex { $0.index == index } } ?? calls.indices.last
      guard let candidate, !begins(update, after: calls[candidate]) else { return add(update) }
      return candidate
    }

    private func begins(_ update: Update, after call: Call) -> Bool {
      guard let name = update.name else {
        // An id alone: the same call where it has none yet or where ids change with every delta.
        return update.index == nil && update.id != nil && call.id != nil && call.scan.isWhole
      }
      guard let known = call.name else { return false }
      if let id = update.id, let other = call.id, id != other { return true }
      // Some vendors repeat the name to the last, and end with a delta that says nothing.
      if update.id == nil, update.input.isEmpty, update.index != nil, update.index == call.index, known == name {
        return false
      }
      // The name again: some vendors repeat it until the arguments are whole.
      return call.scan.isWhole || call.kind == .custom || (known != name && update.index == nil)
    }

    private mutating func add(_ update: Update) -> Int {
      guard calls.count < Self.limit else { return calls.count - 1 }
      var call = Call()
      call.index = update.index
      calls.append(call)
      return calls.count - 1
    }
  }

  /// Tells when a JSON object that comes in pieces is closed.
  struct ObjectScan: Sendable {
    private var depth = 0
    private var hasBegun = false
    private var isInString = false
    private var isEscaped = false

    var isWhole: Bool { hasBegun && depth <= 0 }

    mutating func read(_ piece: String) {
      for byte in piece.utf8 {
        if isInString {
          if isEscaped {
            isEscaped = false
          } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
          } else if byte == UInt8(ascii: "\"") {
            isInString = false
          }
        } else if byte == UInt8(ascii: "\"") {
          isInString = true
        } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
          depth += 1
          hasBegun = true
        } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
          depth -= 1
        }
      }
    }
  }

  /// Entries of `reasoning_details` from many deltas, put together again: pieces of one entry are joined.
  struct ReasoningDetails: Sendable {
    private var entries: [Entry] = []
    private var hasState = false

    private struct Entry {
      var key: String
      var text: String
      var field: StaticString
      /// The entry as it came last; its other members count.
      var latest: [(key: String, value: JSON)]
    }

    mutating func add(_ detail: JSON) {
      guard detail.isObject else { return }
      if OpenAIChat.hasState(detail) { hasState = true }
      let isSummary = detail["summary"]?.isString == true
      let field: StaticString = isSummary ? "summary" : "text"
      let key = "\(detail["type"]?.string ?? "")/\(detail["index"]?.int ?? -1)/\(detail["id"]?.string ?? "")"
      let text = detail[field]?.string ?? ""
      let isSealed = detail["data"]?.isString == true
      var others: [(key: String, value: JSON)] = []
      for member in detail.members where !member.isNamed(field) { others.append((member.key, member.value)) }
      if !isSealed, let last = entries.indices.last, entries[last].key == key {
        entries[last].text += text
        for (name, value) in others where !value.isNull {
          if let position = entries[last].latest.firstIndex(where: { $0.key == name }) {
            entries[last].latest[position].value = value
          } else {
            entries[last].latest.append((name, value))
          }
        }
      } else if entries.count < 4096 {
        entries.append(Entry(key: key, text: text, field: field, latest: others))
      }
    }

    /// The entries as a JSON array, where they hold what must go back; then forgets them.
    mutating func finish() -> String? {
      defer {
        entries = []
        hasState = false
      }
      guard hasState else { return nil }
      let json = JSON { writer in
        writer.array { writer in
          for entry in entries {
            writer.object { writer in
              for (name, value) in entry.latest {
                writer.key(named: name)
                writer.value(value)
              }
              if !entry.text.isEmpty { writer.member(entry.field, entry.text) }
            }
          }
        }
      }
      return json.text
    }
  }
}
