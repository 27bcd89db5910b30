declare module 'style-mod-original' {
  export { StyleModule } from 'style-mod';
}
