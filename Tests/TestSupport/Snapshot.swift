import Foundation

/// Compares text with a file below `Tests/Fixtures/Snapshots`.
///
/// With `RECORD_SNAPSHOTS=1` the file is written, and the run fails all the same: a recording is no test.
public enum Snapshot {
  /// What is wrong, in words; nil when the text is as recorded.
  public static func mismatch(_ text: String, _ name: String) throws -> String? {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/Snapshots/\(name).txt")
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      return "recorded \(name).txt; run again without RECORD_SNAPSHOTS"
    }
    guard let data = FileManager.default.contents(atPath: file.path) else {
      return "there is no snapshot \(name).txt; record it with RECORD_SNAPSHOTS=1"
    }
    let recorded = String(decoding: data, as: UTF8.self)
    return recorded == text ? nil : difference(recorded, text, name)
  }

  private static func difference(_ recorded: String, _ text: String, _ name: String) -> String {
    let old = recorded.split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(old, new).prefix { $0 == $1 }.count
    let was = line < old.count ? old[line] : "(end)"
    let now = line < new.count ? new[line] : "(end)"
    return "\(name).txt, line \(line + 1)\n  recorded: \(was)\n  now:      \(now)\n\nall of it now:\n\(text)"
  }
}
