import Fuzzing
import Literals
import Model

/// A network of the least size on a handful of samples, and a checkpoint of its first epoch.
private struct Run {
  let configuration: Configuration
  let dataset: SequenceDataset

  /// Its bytes, and their parts.
  let whole: [UInt8]
  private let header: String
  private let tensors: ArraySlice<UInt8>
  private let metadata: [String: String]

  init() {
    var configuration = Configuration()
    configuration.network.hiddenSize = 1
    configuration.network.innerSize = 1
    configuration.network.layerCount = 1
    configuration.network.headCount = 1
    configuration.network.maximumLength = 2
    configuration.training.epochs = 3
    configuration.training.batchSize = 2
    configuration.training.optimizer = .sgd
    let samples = (0..<3).map { Sample(user: 1, start: Int32($0), length: 2) }
    dataset = SequenceDataset(
      name: "least", contentHash: "", userTokens: ["[PAD]", "u"], itemTokens: ["[PAD]", "a", "b"],
      items: [1, 2, 1, 2, 1], maximumLength: 2, train: samples, valid: [samples[0]], test: [samples[1]])
    self.configuration = configuration
    let trainer = Trainer(configuration: configuration, dataset: dataset)
    var questions = 0
    _ = try? trainer.run(shouldStop: {
      questions += 1
      return questions > 4
    })
    guard let bytes = try? trainer.checkpoint(), let checkpoint = try? Safetensors(decoding: bytes, file: "f") else {
      fatalError("the run has no checkpoint")
    }
    whole = bytes
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    tensors = bytes[(8 + length)...]
    metadata = checkpoint.metadata
  }

  /// The checkpoint with another text in its header's metadata.
  func checkpoint(saying key: String, _ text: String) -> [UInt8] {
    let said = header.replacing(JSON.string(metadata[key] ?? ""), with: JSON.string(text), maxReplacements: 1)
    let length = said.utf8.count
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + said.utf8 + tensors
  }
}

private let run = Run()

/// Continues a tiny run from the input: as it stands, or as what a checkpoint says about its progress, or as changes to its
/// bytes.
///
/// A run that takes a checkpoint has to give it back, and can be trained on.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  unsafe attempt(bytes, count) { input in tryInput(&input) }
}

private func tryInput(_ input: inout Input) {
  let checkpoint = checkpoint(&input, run)
  do throws(SafetensorsError) {
    let trainer = try Trainer(configuration: run.configuration, dataset: run.dataset, checkpoint: checkpoint)
    guard let taken = try? trainer.checkpoint() else { fatalError("no checkpoint after a checkpoint") }
    let again = try Trainer(configuration: run.configuration, dataset: run.dataset, checkpoint: taken)
    guard let second = try? again.checkpoint() else { fatalError("no checkpoint after a checkpoint") }
    require(second == taken, "another checkpoint after a checkpoint")
    guard (try? trainer.run()) != nil else { fatalError("a run threw an error") }
  } catch {
    require(isPlain(error.description), "not plain: \(error.description.debugDescription)")
  }
}

/// A checkpoint whose header says `text` about its progress or its step; its tensors are as they were.
private func checkpoint(_ input: inout Input, _ run: Run) -> [UInt8] {
  switch input.choice(of: 4) {
  case 0: return input.bytes()
  case 1: return run.checkpoint(saying: "progress", input.text())
  case 2: return run.checkpoint(saying: "step", input.text())
  default:
    var bytes = run.whole
    while !input.isEmpty {
      let place = input.short() % bytes.count
      bytes[place] = input.byte()
    }
    return bytes
  }
}
