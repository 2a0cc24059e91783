// Loaded into the built program before anything else (`node --import`): a promise that nobody looks after, or an error
// in a callback, once the sync is under way.
const kind = process.env['PLANT'];
setTimeout(() => {
  if (kind === 'throw') {
    throw new TypeError('planted');
  }
  void Promise.reject(new TypeError('planted'));
}, 400);
