export const storyNames = ['quiet-day', 'bad-night', 'back-fill'] as const
export type StoryName = (typeof storyNames)[number]
