import Foundation
import Model
import Tuner

extension Machine {
  /// The machine of this process, with the numeric code that this program has.
  ///
  /// - Parameter isMixed: Whether it takes trials of a study whose results may have other bits.
  init(isMixed: Bool) {
    let processor = Processor(information: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "")
    self.init(
      cpu: processor.name, instructionSet: processor.instructionSet, job: SlurmAllocation.current?.job, isMixed: isMixed
    ) { other in Processor.haveSameBits(processor.instructionSet, other) }
  }
}
