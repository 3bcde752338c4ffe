import Foundation
import TestSupport

// Fuzz list | Fuzz seeds TARGET FOLDER | Fuzz replay TARGET FILE… | Fuzz TARGET [libFuzzer's arguments]

/// libFuzzer's loop.
///
/// See https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argc: UnsafeMutablePointer<CInt>,
  _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// libFuzzer's own mutations of bytes.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ limit: Int) -> Int

/// Larger inputs find nothing more and take their time.
private let sizeLimit = 16 * 1024

private struct Session: Sendable {
  let target: FuzzTarget
  let mutation: Mutation

  static let current: Session = {
    guard CommandLine.arguments.count > 1, let target = target(CommandLine.arguments[1]) else {
      fatalError("name a target: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
    }
    let seeds = FuzzSeeds.of(target, size: sizeLimit)
    return Session(target: target, mutation: Mutation(target, seeds: seeds, words: FuzzSeeds.words))
  }()

  static func target(_ name: String) -> FuzzTarget? { FuzzTarget.all.first { $0.name == name } }
}

/// Half of the changes are ours, which keep JSON whole; libFuzzer finds this function by its name.
@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ limit: Int, _ seed: CUnsignedInt) -> Int {
  var random = SeededGenerator(seed: UInt64(seed))
  guard random.chance(80) else { return mutateBytes(data, size, limit) }
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  let changed = Session.current.mutation.mutated(bytes, &random)
  guard changed.count <= limit else { return mutateBytes(data, size, limit) }
  for (index, byte) in changed.enumerated() { data[index] = byte }
  return changed.count
}

private func check(_ bytes: [UInt8], _ target: FuzzTarget) {
  let violations = target.violations(bytes)
  guard !violations.isEmpty else { return }
  fatalError("\(target.name): \(violations.prefix(8).joined(separator: "\n  "))")
}

private func seeds(_ target: FuzzTarget, into folder: String) throws {
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  for (index, seed) in FuzzSeeds.of(target, size: sizeLimit).enumerated() {
    try Data(seed).write(to: URL(fileURLWithPath: "\(folder)/seed-\(index)"))
  }
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "list": for target in FuzzTarget.all { print(target.name) }
case "seeds":
  if arguments.count == 3, let target = Session.target(arguments[1]) { try seeds(target, into: arguments[2]) }
case "replay":
  if arguments.count > 2, let target = Session.target(arguments[1]) {
    for file in arguments.dropFirst(2) {
      let violations = target.violations(Array(try Data(contentsOf: URL(fileURLWithPath: file))))
      print(file, violations.isEmpty ? "holds" : "breaks:\n  " + violations.joined(separator: "\n  "))
    }
  }
default:
  var argc = CommandLine.argc
  var argv = CommandLine.unsafeArgv
  _ = Session.current
  // libFuzzer reads no argument without a dash but as a corpus folder.
  argv[1] = argv[0]
  argv += 1
  argc -= 1
  let status = runDriver(&argc, &argv) { data, size in
    check(Array(UnsafeBufferPointer(start: data, count: size)), Session.current.target)
    return 0
  }
  exit(status)
}
