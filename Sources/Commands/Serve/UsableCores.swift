import Foundation

/// Cores that this process may run on: fewer than the machine has under `taskset`, or in a container with a set of its
/// own.
enum UsableCores {
  /// Their number, at least 1.
  static var count: Int {
    let status = FileManager.default.contents(atPath: "/proc/self/status").map { String(decoding: $0, as: UTF8.self) }
    return status.flatMap(count(inStatus:)) ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
  }

  /// What `/proc/PID/status` says: `Cpus_allowed:`, a mask in hexadecimal with a comma after each 32 bits.
  ///
  /// See https://man7.org/linux/man-pages/man5/proc_pid_status.5.html. Nil where it says nothing.
  static func count(inStatus text: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") }) else { return nil }
    let count = line.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
    return count > 0 ? count : nil
  }
}
