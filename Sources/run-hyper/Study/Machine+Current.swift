import Foundation
import Literals
import Model
import Tuner

extension Processor {
  /// This machine's CPU, for a command that trains or evaluates.
  ///
  /// Throws a `CommandError` if the numeric code is compiled for instructions that it lacks, or if it lacks those of a precision.
  ///
  /// - Parameter precisions: Of all configurations that are trained here.
  static func able(
    toTrainIn precisions: Set<TrainingConfiguration.Precision> = []
  ) throws(CommandError) -> Processor {
    let processor = Processor(information: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "")
    guard processor.missing.isEmpty else {
      throw .input(
        "found a CPU without \(processor.missing.joined(separator: ", ")) (\(processor.name.inMessage)); expected one with "
          + "\(processor.instructionSet), which this program is compiled for; use another machine, or build for this one "
          + "(RUN_HYPER_CPU)")
    }
    if precisions.contains(.bfloat16), let obstacle = processor.bfloat16Obstacle {
      throw .input(
        "found precision bfloat16 and \(obstacle.inMessage); expected precision float32, or a machine that can train in BF16"
      )
    }
    return processor
  }
}

extension Machine {
  /// The machine of this process, with the numeric code that this program has.
  ///
  /// - Parameter isMixed: Whether it takes trials of a study whose results may have other bits.
  /// - Parameter precisions: Of all configurations of the study.
  init(isMixed: Bool, precisions: Set<TrainingConfiguration.Precision>) throws(CommandError) {
    let processor = try Processor.able(toTrainIn: precisions)
    self.init(
      cpu: processor.name, instructionSet: processor.instructionSet, job: SlurmAllocation.current?.job, isMixed: isMixed
    ) { other in Processor.haveSameBits(processor.instructionSet, other) }
  }
}
