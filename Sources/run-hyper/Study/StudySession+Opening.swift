import Literals
import Tuner

extension StudySession {
  /// Checks all input, then creates or continues the study, for a run in this process.
  ///
  /// Nothing is written until all input has been checked.
  ///
  /// - Parameter name: The study's name, or `nil` for the default, made from model, dataset and parameter file.
  static func open(
    _ space: TuningSpace, name: String?, storage: StorageOptions, _ request: RunOptions.Request
  ) throws -> StudySession {
    let threads = request.workers ?? SlurmAllocation.usableCores
    let preparation = try StudyPreparation(space, name: name, storage: storage, request)
    let admission = try preparation.admission(threads: threads)
    let machine = try Machine(isMixed: request.mixesMachines, precisions: space.survey.precisions)
    let session = try preparation.open(admission, machine: machine)
    if let mixture = session.opening.mixture {
      Output.note(
        "note: the last bits of results may differ between this machine and others of the study (--mixed_machines): "
          + mixture.others.map { "\($0)".inMessage }.joined(separator: "; "))
    }
    session.announce(session.resources)
    return session
  }
}
