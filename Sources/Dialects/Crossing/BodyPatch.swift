import Conversation
import Wire

/// Edits that a provider's quirks demand of a body in its own protocol, as splices: every other byte stays.
struct BodyPatch {
  private let bytes: UnsafeRawBufferPointer
  private let scan: TopLevelScan
  /// Edits inside members, with the member they are in.
  private var edits: [(member: Int, range: Range<Int>, replacement: String)] = []
  private var removed: Set<Int> = []
  private var insertions: [String] = []
  /// Whether the answer's usage chunk was asked for by us and must be hidden from the client.
  private(set) var hidesUsage = false
  /// Whether anything but the model's name was edited.
  private(set) var isPatched = false

  init(_ inbound: InboundRequest, _ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    scan = inbound.scan
  }

  /// Puts the upstream's name of the model where the client's stood.
  ///
  /// Not an edit worth a name: routing is our job.
  mutating func setModel(_ model: String) {
    let name = JSON.string(model).text
    guard let index = index(of: "model") else { return insertions.append("\"model\":\(name)") }
    let value = scan.members[index].value
    if let asked = TopLevelScan.string(value, in: bytes), asked.utf8.elementsEqual(model.utf8) { return }
    edits.append((index, value, name))
  }

  /// Everything `quirks` ask of a Chat body.
  mutating func applyChat(_ quirks: Quirks, isStream: Bool) {
    if isStream, quirks.streamUsage, !quirks.stripFields.contains("stream_options") { askForUsage() }
    switch quirks.maxTokensField {
    case .asSent, .asSentOrMaxTokens: break
    case .maxTokens: rename("max_completion_tokens", to: "max_tokens")
    case .maxCompletionTokens: rename("max_tokens", to: "max_completion_tokens")
    }
    if !quirks.developerRole { replaceDeveloperRole() }
  }

  /// Says `prompt_cache_key` where the client did not.
  mutating func addCacheKey(_ key: String) {
    guard index(of: "prompt_cache_key") == nil else { return }
    insertions.append("\"prompt_cache_key\":\(JSON.string(key).text)")
    isPatched = true
  }

  /// Takes the ids of a Responses body's items out.
  mutating func stripItemIDs(losses: inout Losses) {
    guard let index = index(of: "input") else { return }
    let found = ItemIDs(of: scan.members[index].value, in: bytes)
    found.declare(in: &losses)
    for range in found.ranges { edit(index, range, "") }
  }

  /// Takes top-level members out, duplicates too.
  mutating func strip(_ names: [String], losses: inout Losses) {
    for (index, member) in scan.members.enumerated() {
      guard let name = names.first(where: { member.isNamed($0, in: bytes) }) else { continue }
      losses.add(name, Crossing.refused)
      remove(index)
    }
  }

  /// All edits.
  var splice: Splice {
    var splice = Splice()
    for edit in edits where !removed.contains(edit.member) {
      splice.replace(edit.range, with: Array(edit.replacement.utf8))
    }
    let firstKept = scan.members.indices.first { !removed.contains($0) }
    for index in removed.sorted() { splice.replace(span(of: index, firstKept: firstKept), with: []) }
    if !insertions.isEmpty {
      let end = scan.object.upperBound - 1
      let text = (firstKept == nil ? "" : ",") + insertions.joined(separator: ",")
      splice.replace(end..<end, with: Array(text.utf8))
    }
    return splice
  }

  /// A removed member with the comma that goes when it goes: the one behind it while nothing kept stands before it,
  /// else the one before it.
  private func span(of index: Int, firstKept: Int?) -> Range<Int> {
    let member = scan.members[index]
    if let firstKept, firstKept < index { return scan.members[index - 1].value.upperBound..<member.value.upperBound }
    let start = member.key.lowerBound - 1
    guard index + 1 < scan.members.count else { return start..<member.value.upperBound }
    return start..<(scan.members[index + 1].key.lowerBound - 1)
  }

  private func index(of name: String) -> Int? {
    scan.members.lastIndex { $0.isNamed(name, in: bytes) }
  }

  private mutating func remove(_ index: Int) {
    isPatched = true
    removed.insert(index)
  }

  private mutating func edit(_ member: Int, _ range: Range<Int>, _ replacement: String) {
    isPatched = true
    edits.append((member, range, replacement))
  }

  private mutating func askForUsage() {
    guard let index = index(of: "stream_options") else {
      insertions.append(#""stream_options":{"include_usage":true}"#)
      isPatched = true
      hidesUsage = true
      return
    }
    let options = scan.members[index].value
    if let members = TopLevelScan.members(of: options, in: bytes) {
      if let flag = TopLevelScan.member("include_usage", of: members, in: bytes) {
        if TopLevelScan.isTrue(flag.value, in: bytes) { return }
        edit(index, flag.value, "true")
      } else {
        let end = options.upperBound - 1
        edit(index, end..<end, (members.isEmpty ? "" : ",") + #""include_usage":true"#)
      }
    } else {
      edit(index, options, #"{"include_usage":true}"#)
    }
    hidesUsage = true
  }

  /// Gives a member the name the provider knows.
  ///
  /// Where the client used both, the known one counts unless it is null.
  private mutating func rename(_ name: String, to other: String) {
    guard let index = index(of: name) else { return }
    if let known = self.index(of: other) {
      guard bytes[scan.members[known].value].elementsEqual("null".utf8) else { return remove(index) }
      remove(known)
    }
    edit(index, scan.members[index].key, other)
  }

  private mutating func replaceDeveloperRole() {
    guard ByteSearch.contains("\"developer\"", in: bytes), let index = index(of: "messages"),
      let elements = TopLevelScan.elements(of: scan.members[index].value, in: bytes)
    else { return }
    for element in elements {
      guard let members = TopLevelScan.members(of: element, in: bytes),
        let role = TopLevelScan.member("role", of: members, in: bytes),
        bytes[role.value].elementsEqual("\"developer\"".utf8)
      else { continue }
      edit(index, role.value, "\"system\"")
    }
  }
}
