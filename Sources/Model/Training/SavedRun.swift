import Foundation

/// The contents of a checkpoint.
struct SavedRun {
  let file: Safetensors
  let step: Int
  let progress: TrainingProgress

  /// The name used in messages.
  static let name = "checkpoint"

  init(_ bytes: [UInt8]) throws(SafetensorsError) {
    file = try Safetensors(decoding: bytes, file: Self.name)
    guard let step = file.metadata["step"].flatMap({ Int($0) }), let text = file.metadata["progress"],
      let progress = try? JSONDecoder().decode(TrainingProgress.self, from: Data(text.utf8))
    else {
      throw SafetensorsError(
        location: Self.name, found: "a file without the state of a training run", expected: "a checkpoint")
    }
    (self.step, self.progress) = (step, progress)
  }
}
