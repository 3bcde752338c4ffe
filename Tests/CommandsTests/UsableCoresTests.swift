import Foundation
import Testing

@testable import Commands

@Suite struct UsableCoresTests {
  @Test(
    arguments: [
      ("Name:\taor\nCpus_allowed:\t2\nCpus_allowed_list:\t1\n", 1), ("Cpus_allowed:\tff", 8),
      ("Cpus_allowed:\t00000001,80000003\nMems_allowed:\t1", 4), ("Cpus_allowed:\t0\n", nil), ("Name:\taor\n", nil),
      ("", nil),
    ] as [(String, Int?)])
  func `the mask of the process counts`(status: String, cores: Int?) {
    #expect(UsableCores.count(inStatus: status) == cores)
  }

  @Test func `there is one and no more than the machine has`() {
    #expect((1...ProcessInfo.processInfo.processorCount).contains(UsableCores.count))
  }
}
