! A client as simulation programs in Fortran have it: classic calls without any interface, and
! two-dimensional arrays.
!
!     fortran_client unix|inet HOST-OR-NAME PORT
!
! Reads a header, the number of atoms and positions(3, natoms); sends back a header and
! forces(3, natoms), in which every element tells where it was and what was received there; and so
! on until the header EXIT.
program fortran_client
  implicit none
  integer, parameter :: header_length = 12
  character(len=1024) :: transport, host, port_text
  character(len=header_length) :: header
  double precision, allocatable :: positions(:, :), forces(:, :)
  integer :: socket, inet, port, natoms, i, k

  call get_command_argument(1, transport)
  call get_command_argument(2, host)
  call get_command_argument(3, port_text)
  read (port_text, *) port
  inet = 0
  if (transport == 'inet') inet = 1

  call open_socket(socket, inet, port, host)
  do
    call readbuffer(socket, header, header_length)
    if (header == 'EXIT') stop
    call readbuffer(socket, natoms, 4)
    allocate (positions(3, natoms), forces(3, natoms))
    call readbuffer(socket, positions, natoms*3*8)

    do i = 1, natoms
      do k = 1, 3
        forces(k, i) = 2*positions(k, i) + 10*i + k
      end do
    end do
    header = 'FORCEREADY'
    call writebuffer(socket, header, header_length)
    call writebuffer(socket, forces, natoms*3*8)
    deallocate (positions, forces)
  end do
end program fortran_client
