import Conversation
import Foundation
import Wire

/// What a conversation says, in no protocol's arrangement: for the question whether it arrived on the other side.
public struct Said: Sendable {
  /// One thing that was said.
  public struct Item: Sendable {
    /// What it is.
    public enum Kind: Sendable {
      case text(String)
      case call(ToolCall)
      case result(ToolResult)
      case media(Media)
    }

    /// What it is.
    public var kind: Kind
    /// Counts how often the sides had changed before: what one side says in a row may be arranged anew.
    public var turn: Int
    /// Whether it is system text, which may move.
    public var isSystem: Bool
    /// Whether the model said it.
    public var isModel: Bool
    /// Where it stood, in the words of its protocol: what a loss would name.
    public var paths: [String]
  }

  /// In the order it was said.
  public private(set) var items: [Item] = []

  /// Everything a request says.
  public init(_ messages: [Message]) {
    var turn = 0
    var wasModel = false
    for (index, message) in messages.enumerated() {
      let isSystem = message.role == .system || message.role == .developer
      let isModel = message.role == .assistant
      if !isSystem, isModel != wasModel {
        turn += 1
        wasModel = isModel
      }
      let places = ["messages[\(index)]", message.extensions?.path].compactMap { $0 }
      for (position, part) in message.parts.enumerated() {
        let paths = places + places.map { "\($0).content[\(position)]" } + [part.extensions?.path].compactMap { $0 }
        func add(_ kind: Item.Kind, _ more: [String] = []) {
          items.append(Item(kind: kind, turn: turn, isSystem: isSystem, isModel: isModel, paths: paths + more))
        }
        Self.add(part, add)
      }
    }
  }

  private static func add(_ part: Part, _ add: (Item.Kind, [String]) -> Void) {
    switch part.content {
    case .text(let text): add(.text(text.text), [])
    case .refusal(let text): add(.text(text), [])
    case .image(let media), .audio(let media), .video(let media), .file(let media):
      if case .text(let text) = media.source { add(.text(text), []) } else { add(.media(media), []) }
    case .toolCall(let call): add(.call(call), ["tool call \(call.id ?? "")"])
    case .toolResult(let result):
      let place = "tool call \(result.callID ?? "")"
      add(.result(result), [place])
      for inner in result.parts {
        guard let media = inner.content.media else { continue }
        if case .text = media.source { continue }
        add(.media(media), [place, inner.extensions?.path].compactMap { $0 })
      }
    case .reasoning, .opaque: break
    }
  }

  /// The texts of one side, one after the other.
  public func words(_ isWanted: (Item) -> Bool) -> String {
    items.filter(isWanted).compactMap { item -> String? in
      switch item.kind {
      case .text(let text): text
      case .result(let result): result.text
      default: nil
      }
    }.joined(separator: "\n")
  }
}

extension Part.Content {
  /// The medium of an image, file, audio or video part.
  public var media: Media? {
    switch self {
    case .image(let media), .audio(let media), .video(let media), .file(let media): media
    default: nil
    }
  }
}

extension Losses {
  /// Whether something at one of these places is declared: the place itself, around it or inside it.
  public func name(_ paths: [String]) -> Bool {
    omitted > 0
      || list.contains { loss in
        paths.contains { path in
          // A Gemini client's own spelling may be the other one.
          let (path, lost) = (Self.plain(path), Self.plain(loss.path))
          return !path.isEmpty && (path == lost || Self.holds(path, lost) || Self.holds(lost, path))
        }
      }
  }

  private static func plain(_ path: String) -> String { path.lowercased().filter { $0 != "_" } }

  /// Whether `outer` is the place of something inside which `inner` is.
  private static func holds(_ outer: String, _ inner: String) -> Bool {
    inner.hasPrefix(outer) && (inner.dropFirst(outer.count).first.map { $0 == "." || $0 == "[" } ?? true)
  }
}
