import Foundation
import Literals
import Model
import Tuner

extension Processor {
  /// This machine's CPU, for a command that trains or evaluates.
  ///
  /// Throws a `CommandError` if the numeric code is compiled for instructions that it lacks.
  static func able() throws(CommandError) -> Processor {
    let processor = Processor(information: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "")
    guard processor.missing.isEmpty else {
      throw .input(
        "found a CPU without \(processor.missing.joined(separator: ", ")) (\(processor.name.inMessage)); expected one with "
          + "\(processor.instructionSet), which this program is compiled for; use another machine, or build for this one "
          + "(RUN_HYPER_CPU)")
    }
    return processor
  }
}

extension Machine {
  /// The machine of this process, with the numeric code that this program has.
  ///
  /// - Parameter isMixed: Whether it takes trials of a study whose results may have other bits.
  init(isMixed: Bool) throws(CommandError) {
    let processor = try Processor.able()
    self.init(
      cpu: processor.name, instructionSet: processor.instructionSet, job: SlurmAllocation.current?.job, isMixed: isMixed
    ) { other in Processor.haveSameBits(processor.instructionSet, other) }
  }
}
