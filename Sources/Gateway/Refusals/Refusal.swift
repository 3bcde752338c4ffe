import Conversation
import Routing

/// Something of a request that an upstream may refuse and that the request can go on without.
enum Refusal: Sendable, Hashable, CaseIterable {
  /// The model only reads text.
  case images
  /// Items of a Responses conversation are looked up by their ids, and nobody stored them.
  case itemIDs

  /// What a failure says the upstream refuses; nil where it is about something else.
  static func named(by failure: UpstreamFailure, from dialect: DialectID) -> Refusal? {
    if dialect == .openAIResponses, isAboutItems(failure) { return .itemIDs }
    return isAboutImages(failure) ? .images : nil
  }

  /// Makes a request go without it.
  func apply(to quirks: inout Quirks) {
    switch self {
    case .images: quirks.imageInput = false
    case .itemIDs: quirks.itemIDs = false
    }
  }

  /// Whether requests for such a provider go without it anyway.
  func isSettled(in quirks: Quirks) -> Bool {
    switch self {
    case .images: !quirks.imageInput
    case .itemIDs: !quirks.itemIDs
    }
  }

  /// Azure says "Item with id 'rs_…' not found" and that nothing is persisted without `store`.
  private static func isAboutItems(_ failure: UpstreamFailure) -> Bool {
    guard isOfTheRequest(failure) else { return false }
    let text = failure.message.lowercased()
    return text.contains("item with id '") && text.contains("not found") || text.contains("item_id mismatch")
  }

  // MARK: - Images

  /// Models that only read say so in many ways; none of them is about one picture's size or kind.
  private static func isAboutImages(_ failure: UpstreamFailure) -> Bool {
    // llama.cpp answers 500; routers that find no such model answer 404.
    guard isOfTheRequest(failure) || failure.kind == .server else { return false }
    let text = failure.message.lowercased()
    if wholeSentences.contains(where: text.contains) { return true }
    guard !aboutOnePicture.contains(where: text.contains) else { return false }
    return pictures.contains(where: text.contains) && refusing.contains(where: text.contains)
  }

  private static func isOfTheRequest(_ failure: UpstreamFailure) -> Bool {
    switch failure.kind {
    case .invalidRequest, .notFound, .unsupportedMediaType, .unprocessable: true
    default: false
    }
  }

  /// Each says by itself that the model only reads text.
  private static let wholeSentences = [
    "only support text input", "only supports text input", "is not a multimodal model", "unknown variant `image",
    "unknown variant `input_image", "image_url is only supported by certain models", "at most 0 image",
    "text-only model", "content must be a string", "no endpoints found that support image", "provide the mmproj",
    "unsupported content part type",
  ]

  private static let pictures = ["image", "vision", "multimodal", "multi-modal", "modalit", "picture", "图片", "图像"]

  private static let refusing = [
    "not support", "n't support", "unsupported", "not enabled", "not available for", "not accept", "n't accept",
    "only text", "text only", "cannot read", "not capable", "不支持",
  ]

  /// Another picture would be taken.
  private static let aboutOnePicture = [
    "format", "mime", "media type", "media_type", "too large", "too big", "too many", "exceed", "maximum", "dimension",
    "resolution", "pixels", "corrupt", "decode", "base64", "download", "fetch", "could not process", "invalid image",
    "image/", "animated",
  ]
}
