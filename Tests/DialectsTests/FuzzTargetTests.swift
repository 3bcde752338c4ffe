import Foundation
import TestSupport
import Testing

/// Every fuzz target over what once broke it, over its seeds, and over the same few mutations every run.
///
/// `make fuzz` goes on from here, guided by coverage.
@Suite struct FuzzTargetTests {
  @Test(arguments: FuzzTarget.all) func whatOnceBrokeATargetNoLongerDoes(target: FuzzTarget) throws {
    for file in FuzzSeeds.found(target) {
      #expect(target.violations(Array(try Data(contentsOf: file))) == [], "\(file.path)")
    }
  }

  @Test(arguments: FuzzTarget.all) func nearlyRightInputBreaksNothing(target: FuzzTarget) {
    let seeds = FuzzSeeds.fixtures(target).compactMap { try? Array(Data(contentsOf: $0)) }.filter { $0.count < 4096 }
    #expect(seeds.count >= 10)
    let mutation = Mutation(target, seeds: seeds, words: FuzzSeeds.words)
    var random = SeededGenerator(seed: 1)
    for (index, seed) in seeds.enumerated() {
      let broken = target.violations(seed)
      #expect(broken == [], "seed \(index)")
    }
    for round in 0..<60 {
      let input = mutation.mutated(random.pick(seeds) ?? [], &random)
      let broken = target.violations(input)
      #expect(broken == [], "round \(round): \(String(decoding: input, as: UTF8.self).debugDescription)")
    }
  }
}
