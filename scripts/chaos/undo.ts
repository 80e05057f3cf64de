/** What must not outlive this process, however it ends: last opened, first closed. */
const undoings: (() => Promise<void> | void)[] = []

/** Answers what takes the promise back, once it is kept. */
export function undoLater(undoing: () => Promise<void> | void): () => void {
  undoings.push(undoing)
  return () => void undoings.splice(undoings.indexOf(undoing), 1)
}

export async function undoEverything(): Promise<void> {
  for (let undoing = undoings.pop(); undoing !== undefined; undoing = undoings.pop()) await undoing()
}
