/** A letter that looks fine in every mail program: one column, system fonts, no pictures. */
export const STARTER = `<div style="max-width: 600px; margin: 0 auto; padding: 24px; font-family: sans-serif; font-size: 16px; line-height: 1.5; color: #222">
  <h2 style="margin: 0 0 16px">Dear {{name|friend}},</h2>
  <p>write your message here.</p>
  <p>With kind regards</p>
</div>
`;
