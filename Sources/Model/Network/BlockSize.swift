/// The maximum size of a block.
package struct BlockSize {
  package let positions: Int
  let targets: Int
  let longest: Int

  /// The size for a network and its catalog.
  ///
  /// If the head processes the items in tiles, they are read from memory once per block, so blocks are larger.
  ///
  /// - Parameter longest: The maximum length of a history.
  /// - Parameter targetsPerHistory: The maximum number of targets of a history.
  init(longest: Int, targetsPerHistory: Int, itemCount: Int) {
    self.longest = longest
    positions = max(itemCount <= ItemHead.mostItemsAtOnce ? 192 : 4096, longest)
    targets = max(256, targetsPerHistory)
  }

  /// The maximum number of outputs.
  func count(_ outputs: Block.Outputs) -> Int { outputs == .everywhere ? positions : targets }

  /// Whether another sequence fits into the block.
  func fits(length: Int, targets count: Int, in block: Block) -> Bool {
    block.positionCount + length <= positions && block.targetCount + count <= targets
  }
}
